import { createStyle, formatProblem } from "../report/index.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { useColour } from "./output.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints what went wrong and gives the exit code for it. */
export function printError(error: unknown, { stderr, environment }: Surroundings): ExitCode {
  const style = createStyle(useColour({ stream: stderr, env: environment.env }));
  const errors = error instanceof AggregateError ? error.errors : [error];
  for (const each of errors) stderr.write(`${formatProblem(problemOf(each), style).join("\n")}\n`);
  const first = errors.find((each) => isToolError(each));
  return first?.exitCode ?? EXIT.bug;
}
