import { createStyle, formatProblem } from "../report/index.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { useColour } from "./output.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints what went wrong and gives the exit code for it. */
export function printError(
  error: unknown,
  { stderr, environment }: Surroundings,
  options: { colour?: boolean | undefined } = {},
): ExitCode {
  const style = createStyle(useColour({ stream: stderr, env: environment.env, flag: options.colour }));
  const errors = leavesOf(error);
  for (const each of errors) stderr.write(`${formatProblem(problemOf(each), style).join("\n")}\n`);
  const first = errors.find((each) => isToolError(each));
  return first?.exitCode ?? EXIT.bug;
}

function leavesOf(error: unknown): unknown[] {
  return error instanceof AggregateError && error.errors.length > 0
    ? error.errors.flatMap(leavesOf)
    : [error];
}
