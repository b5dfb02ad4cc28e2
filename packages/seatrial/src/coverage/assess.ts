import type {
  CoverageJudgement,
  CoverageOutcome,
  CoverageRules,
  Problem,
  SourceOutcome,
} from "../model/index.ts";
import type { ChangedLines } from "./changes/parse-diff.ts";
import { readChanges } from "./changes/read-changes.ts";
import { combine } from "./combine.ts";
import type { Coverage } from "./data.ts";
import { judge } from "./judge/judge.ts";
import { unseenChanges } from "./judge/unseen-changes.ts";
import { applyPaths } from "./paths/apply-paths.ts";
import { openProject } from "./paths/open-project.ts";
import { createPathGlobs } from "./paths/path-globs.ts";
import { withTogether } from "./together.ts";
import { countOnly, totalsOf } from "./totals.ts";
import type { ReadProfile } from "./units/read-source.ts";
import type { SourceReading } from "./units/read-units.ts";

export interface AssessOptions {
  /** The project's folder. */
  root: string;
  /** The environment that git runs in. */
  env: Record<string, string | undefined>;
  rules: CoverageRules;
  /** Globs of the project's paths. Nothing: all files. */
  include: readonly string[];
  exclude: readonly string[];
  /** Folders of images, or beginnings of names, and the folders of the project that they are. */
  paths: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface Assessment {
  coverage: Coverage;
  judgements: CoverageJudgement[];
  /** What is to be said in the outcome; its reports are still to be written. */
  outcome: Omit<CoverageOutcome, "reports"> & { problems: Problem[] };
  /** Paths whose text is the project's. */
  known: ReadonlySet<string>;
}

/** Makes one coverage of what sources left, by the project's paths, and judges it. */
export async function assess(
  options: AssessOptions & {
    sources: readonly SourceReading[];
    problems: readonly Problem[];
    /** One report of what several sources have raw. */
    together?: ReadProfile | undefined;
    /** Default: asked of git where a rule is about them. */
    changes?: ChangedLines;
  },
): Promise<Assessment> {
  const { root, env, rules, include, exclude, signal } = options;
  const readings = inOrder(options.sources, rules.expected);
  const project = await openProject({ root, env, paths: options.paths, signal });
  const [included, excluded] = [createPathGlobs(include), createPathGlobs(exclude)];
  const counts = (path: string) => (include.length === 0 || included(path)) && !excluded(path);
  const together = options.together === undefined ? [] : [{ name: "", profiles: [options.together] }];
  const resolution = await applyPaths({ sources: [...readings, ...together], project, counts });
  const renamed = resolution.sources.slice(0, readings.length);
  const coverage = withTogether(combine(renamed), {
    together: resolution.sources[readings.length]?.profiles[0],
    read: readings,
    renamed,
  });
  const changes = options.changes ?? (await changesFor(options));
  const arrived = new Set(readings.filter(({ count }) => count > 0).map(({ name }) => name));
  const told = new Map(readings.map((reading) => [reading.name, reading]));
  const judgements = judge({ coverage, rules, arrived, told, changes });
  const { percent, ...totals } = totalsOf(coverage.files);
  const outcome = {
    status: judgements.every(({ passed }) => passed) ? ("passed" as const) : ("failed" as const),
    totals,
    percent,
    sources: sourceOutcomes(coverage, readings),
    judgements,
    problems: [
      ...options.problems,
      ...resolution.problems,
      ...unseenChanges({ coverage, changes, counts, base: rules.base }),
    ],
  };
  return { coverage, judgements, outcome, known: resolution.known };
}

async function changesFor({ rules, root, env, signal }: AssessOptions): Promise<ChangedLines | undefined> {
  const { changed, base } = rules;
  return changed === undefined || base === undefined
    ? undefined
    : await readChanges({ root, base, env, signal });
}

function sourceOutcomes(coverage: Coverage, readings: readonly SourceReading[]): SourceOutcome[] {
  const only = countOnly(coverage);
  return readings.map(({ name, count, problems }, at) => {
    const { percent, ...totals } = totalsOf(coverage.files, { source: at });
    return { name, totals, percent, only: only[at] ?? 0, profiles: count, problems };
  });
}

/** Those that are expected come first, as they were named. */
function inOrder(sources: readonly SourceReading[], expected: readonly string[]): SourceReading[] {
  const rank = new Map(expected.map((name, at) => [name, at]));
  const of = (name: string) => rank.get(name) ?? expected.length;
  return [...sources].sort((a, b) => of(a.name) - of(b.name) || (a.name < b.name ? -1 : 1));
}
