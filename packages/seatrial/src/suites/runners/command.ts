import { commandOf, runCommand } from "./command-process.ts";
import { howItEnded, processProblem } from "./judge.ts";
import type { RunnerResult, ShardContext } from "./runner.ts";

const SHOWN_WHEN_PASSED = 4096;

/** A command whose exit code is its result: one test, named after the command. */
export async function runCommandSuite(context: ShardContext): Promise<RunnerResult> {
  const { recorder, spec, now } = context;
  const argv = commandOf(context);
  const started = now();
  const test = { group: spec.name, name: argv.join(" ") };
  recorder.started(test);
  const end = await runCommand({ context, argv });
  const problem = processProblem(end, spec.name);
  const duration = end.exit?.duration ?? Math.round(now() - started);
  if (end.exit?.code === 0 && !end.interrupted) {
    recorder.finished({ ...test, status: "passed", duration, output: end.tail.text(SHOWN_WHEN_PASSED) });
  } else {
    const message = end.interrupted ? context.stopReason() : (problem?.message ?? howItEnded(end));
    recorder.finished({ ...test, status: "failed", duration, message, output: end.tail.text() });
  }
  return { problems: problem === undefined ? [] : [problem] };
}
