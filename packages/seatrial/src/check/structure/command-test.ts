import type { ProcessExit, ProcessSpec } from "../../agent/index.ts";
import type { CommandTest, StructureFile } from "../../config/index.ts";
import { type Duration, formatDuration, type Log } from "../../model/index.ts";
import { type CommandEnd, imageProcess, runCommand } from "../container/command.ts";
import type { CheckContainer } from "../container/container.ts";
import { firstLines } from "../container/telling.ts";
import { commandEnvironment } from "./environment.ts";
import { expand } from "./expand.ts";
import { patternProblems } from "./patterns.ts";
import { signalNumber } from "./signal-number.ts";
import type { Verdict } from "./verdict.ts";

/** For each command of a test. */
const LIMIT_MS: Duration = 5 * 60_000;
const TERMINAL = { columns: 80, rows: 24 };

/** Runs a command test in a container of its own: its setup, then the command, without the image's entrypoint. */
export async function runCommandTest(
  test: CommandTest,
  options: { file: StructureFile; container: CheckContainer; log: Log; signal: AbortSignal },
): Promise<Verdict> {
  const { file, container, log, signal } = options;
  const { image, agent } = container;
  const { user, terminal } = file.options;
  const env = commandEnvironment(file, test, image.env);
  const changes: Partial<ProcessSpec> = {
    ...(user === undefined ? {} : { user }),
    ...(terminal ? { terminal: TERMINAL } : {}),
  };
  const run = async (argv: string[], variables: Record<string, string>) =>
    await runCommand({
      agent,
      process: imageProcess(image, argv, { ...changes, env: variables }),
      limit: LIMIT_MS,
      log,
      signal,
    });
  for (const argv of test.setup) {
    const end = await run(argv, env.setup);
    // How a setup ends does not count, only that it can be run.
    if (end.kind !== "ended") return { problems: [`Its setup failed: ${notEnded(argv, end)}`] };
  }
  const argv = test.argv.map((word) => expand(word, env.seen));
  return judge(test, argv, await run(argv, env.command));
}

function judge(test: CommandTest, argv: readonly string[], end: CommandEnd): Verdict {
  if (end.kind !== "ended")
    return {
      problems: [notEnded(argv, end)],
      output: "stdout" in end ? firstLines(end) : undefined,
    };
  const { stdout, stderr, exit } = end;
  const code = exitCode(exit);
  const problems = [
    ...patternProblems(stderr, {
      what: "What it wrote to stderr",
      expected: test.expectedError,
      excluded: test.excludedError,
    }),
    ...patternProblems(stdout, {
      what: "Its output",
      expected: test.expectedOutput,
      excluded: test.excludedOutput,
    }),
    ...(code === test.exitCode ? [] : [`It ended with exit code ${code}, expected ${test.exitCode}.`]),
  ];
  if (end.cut && problems.length > 0)
    problems.push("It wrote more than 8 MiB, of which only the beginning was looked at.");
  return { problems, output: problems.length === 0 ? undefined : firstLines(end) };
}

/** As an engine tells it: 128 and the signal's number when a signal ended it. */
function exitCode({ code, signal }: ProcessExit): number {
  return code ?? 128 + signalNumber(signal ?? "");
}

function notEnded(argv: readonly string[], end: Exclude<CommandEnd, { kind: "ended" }>): string {
  const name = argv[0] ?? "";
  return end.kind === "late"
    ? `${name} did not end within ${formatDuration(LIMIT_MS)}.`
    : `${name} could not be started: ${end.reason}.`;
}
