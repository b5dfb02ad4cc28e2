import { type CoverageCount, type CoverageJudgement, type Problem, percentOf } from "../model/index.ts";
import { type AssessOptions, assess } from "./assess.ts";
import { checkHead } from "./changes/check-head.ts";
import { readChanges } from "./changes/read-changes.ts";
import type { ImageExports } from "./images/tool-image.ts";
import type { Input } from "./inputs/inputs.ts";
import { readInputs } from "./inputs/read-inputs.ts";
import { countChanged } from "./judge/changed.ts";
import { uncoveredLines } from "./uncovered.ts";

export interface DiffOptions extends Omit<AssessOptions, "rules"> {
  inputs: readonly Input[];
  force: boolean;
  /** Which images have the tools for profiles that nobody exported. Default: none. */
  images?: ImageExports | undefined;
  /** A git revision; changes count from where its history and ours parted. */
  base: string;
  /** Percent of the changed lines. */
  minimum?: number | undefined;
}

export interface CoverageDiff {
  base: string;
  count: CoverageCount;
  /** Absent where no line with code changed. */
  percent?: number | undefined;
  /** Changed lines that nothing reached, by path. */
  uncovered: { path: string; first: number; last: number }[];
  judgements: CoverageJudgement[];
  problems: Problem[];
}

/** Says which of the lines that differ from a git revision nothing reached. */
export async function diffCoverage(options: DiffOptions): Promise<CoverageDiff> {
  const { base, minimum } = options;
  const changes = await readChanges(options);
  const reading = await readInputs(options);
  const differs = await checkHead({ ...options, commit: reading.commit });
  const rules = { files: {}, sources: {}, expected: [], changed: minimum, base };
  const { coverage, judgements, outcome } = await assess({
    ...options,
    ...reading,
    problems: [...reading.problems, ...differs],
    rules,
    changes,
  });
  const uncovered = coverage.files.flatMap((file) => {
    const changed = changes.get(file.path);
    if (changed === undefined) return [];
    return uncoveredLines(file, { among: (line) => changed.has(line) }).map((range) => ({
      path: file.path,
      ...range,
    }));
  });
  const count = countChanged(coverage, changes);
  const problems = [...outcome.sources.flatMap((source) => source.problems), ...outcome.problems];
  return { base, count, percent: percentOf(count), uncovered, judgements, problems };
}
