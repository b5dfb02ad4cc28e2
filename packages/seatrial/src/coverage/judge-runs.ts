import { stat } from "node:fs/promises";
import path from "node:path";
import type { CoverageJudgement, Problem } from "../model/index.ts";
import { type AssessOptions, assess } from "./assess.ts";
import { coverageProblem } from "./errors.ts";
import { READERS } from "./formats/readers.ts";
import { readUnits } from "./units/read-units.ts";

/** A run of some of a project's suites. */
export interface PartialRun {
  run: string;
  folder: string;
  /** Those that count: what others left there is not read. */
  suites: string[];
}

/**
 * Judges what several runs reached together, as one run of all their suites would have been judged. A run that collected nothing is a
 * judgement of its own. Fails like `readUnits`, and with the errors of git where a rule is about changed lines.
 */
export async function judgeRuns(
  options: AssessOptions & {
    runs: readonly PartialRun[];
    /** The names of all suites. */
    suites: readonly string[];
  },
): Promise<{ judgements: Pick<CoverageJudgement, "passed" | "problem">[]; problems: Problem[] }> {
  const { runs, suites, signal } = options;
  const unmeasured = await Promise.all(runs.map(async (run) => ((await isMeasured(run)) ? [] : [run])));
  if (unmeasured.flat().length > 0) return { judgements: unmeasured.flat().map(notMeasured), problems: [] };
  const reading = await readUnits({
    folders: runs.map((run) => ({
      folder: path.join(run.folder, "coverage", "units"),
      without: new Set(suites.filter((name) => !run.suites.includes(name))),
    })),
    readers: READERS,
    signal,
  });
  const { judgements, outcome } = await assess({ ...options, ...reading });
  return { judgements, problems: outcome.problems };
}

/** Runs that collect coverage leave a folder, whatever was in it. */
async function isMeasured({ folder }: PartialRun): Promise<boolean> {
  return await stat(path.join(folder, "coverage")).then(
    (details) => details.isDirectory(),
    () => false,
  );
}

function notMeasured({ run, suites }: PartialRun): Pick<CoverageJudgement, "passed" | "problem"> {
  const problem = coverageProblem({
    code: "COVERAGE_NOT_FOUND",
    message: `Run ${run}, of ${suites.join(", ")}, left no coverage, and the project's rules are about that of all suites together.`,
    hint: "Run it without --no-coverage, and hand on the whole of .seatrial/runs.",
  });
  return { passed: false, problem };
}
