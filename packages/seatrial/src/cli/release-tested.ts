import type { Emit, Outcome } from "../model/index.ts";
import type { JunitReport, RunFolder } from "../report/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { Redactor } from "../support/redact.ts";
import { type EndedRelease, RELEASE_NODE, releaseFinished } from "./promote.ts";
import { writeReports } from "./reports.ts";
import type { RunRelease } from "./run-release.ts";

/** A run whose results are written down, or could not be. */
interface Written {
  outcome: Outcome;
  unwritten: unknown;
  exitCode: ExitCode;
}

/** Ends a run with its release, when it has one and everything has passed, and writes down what came of it. */
export async function releaseTested(
  options: Written & {
    release?: RunRelease | undefined;
    folder: RunFolder;
    junit: JunitReport;
    emit: Emit;
    redactor: Redactor;
    now: () => number;
    signal: AbortSignal;
  },
): Promise<Written> {
  const { release, outcome, unwritten, exitCode, emit, now, folder } = options;
  if (release === undefined) return { outcome, unwritten, exitCode };
  const start = now();
  if (outcome.status !== "passed" || unwritten !== undefined) {
    const note = "nothing is released";
    emit({ type: "node-finished", node: RELEASE_NODE, state: "skipped", duration: 0, note });
    return { outcome, unwritten, exitCode };
  }
  emit({ type: "node-started", node: RELEASE_NODE });
  const onNote = (note: string) => emit({ type: "node-progress", node: RELEASE_NODE, note });
  const ended = await release.carryOut({ ...options, folder: folder.path, onNote });
  for (const message of ended.warnings) emit({ type: "warning", message });
  emit(releaseFinished(ended, Math.round(now() - start)));
  const duration = outcome.duration + Math.round(now() - start);
  return await writeEnd({ ...options, outcome: { ...outcome, duration }, ended });
}

async function writeEnd(
  options: Written & {
    ended: EndedRelease;
    folder: RunFolder;
    junit: JunitReport;
    redactor: Redactor;
  },
): Promise<Written> {
  const { ended, folder, junit, redactor } = options;
  const { receipt, problems, exitCode } = ended;
  const stopped = exitCode === EXIT.stopped;
  const outcome = redactor.value<Outcome>({
    ...options.outcome,
    status: problems.length === 0 ? options.outcome.status : stopped ? "stopped" : "failed",
    tested: "passed",
    receipt,
    problems: [...options.outcome.problems, ...problems],
    warnings: [...options.outcome.warnings, ...ended.warnings],
  });
  try {
    if (receipt !== undefined)
      await folder.write("release.json", `${JSON.stringify(redactor.value(receipt), undefined, 2)}\n`);
    return { outcome: await writeReports({ folder, outcome, junit }), unwritten: undefined, exitCode };
  } catch (error) {
    return { outcome, unwritten: error, exitCode };
  }
}
