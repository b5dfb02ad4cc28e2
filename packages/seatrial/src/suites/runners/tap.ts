import type { Problem } from "../../model/index.ts";
import { suiteProblem } from "../errors.ts";
import { type CommandEnd, commandOf, runCommand } from "./command-process.ts";
import { disagreement, processProblem } from "./judge.ts";
import type { RunnerResult, ShardContext } from "./runner.ts";
import { createTapReader, type TapEnd } from "./tap-parser.ts";

/** Any command that prints TAP; its tests are reported as they are printed. */
export async function runTapSuite(context: ShardContext): Promise<RunnerResult> {
  const { recorder, spec } = context;
  const reader = createTapReader({ group: spec.name, onTest: (test) => recorder.finished(test) });
  const end = await runCommand({
    context,
    argv: commandOf(context),
    onText(text, stream) {
      if (stream === "stdout") reader.write(text);
      return undefined;
    },
  });
  return { problems: judge({ context, end, tap: reader.end() }) };
}

function judge(options: { context: ShardContext; end: CommandEnd; tap: TapEnd }): Problem[] {
  const { context, end, tap } = options;
  const subject = context.spec.name;
  const process = processProblem(end, subject);
  if (process !== undefined) return [process];
  if (tap.bailedOut !== undefined)
    return [
      suiteProblem({
        code: "TAP_BAILED_OUT",
        subject,
        message: `${end.name} bailed out${tap.bailedOut === "" ? "" : `: ${tap.bailedOut}`}`,
        lastLines: end.tail.lines(20),
      }),
    ];
  // A plan that was cut short by us is no news.
  if (end.interrupted) return [];
  if (!tap.found)
    return [
      suiteProblem({
        code: "RESULTS_MISSING",
        subject,
        message: `${end.name} printed no TAP (it ended with exit code ${end.exit?.code ?? "unknown"})`,
        hint: "Choose its TAP reporter, such as `node --test --test-reporter=tap`, or another runner for this suite.",
        lastLines: end.tail.lines(20),
      }),
    ];
  if (tap.broken.length > 0)
    return [
      suiteProblem({
        code: "RESULTS_BROKEN",
        subject,
        message: `The TAP of ${end.name} is not complete: ${tap.broken.join("; ")}`,
        hint: "Usually the process ended before all of its tests had run.",
        lastLines: end.tail.lines(20),
      }),
    ];
  const counter = disagreement(end, context.recorder, subject);
  return counter === undefined ? [] : [counter];
}
