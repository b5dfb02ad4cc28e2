import type { CoverageJudgement, CoverageRules, Problem } from "../../model/index.ts";
import type { SourceReading } from "../units/read-units.ts";

/** What is known of a source beside its profiles. */
export type Told = Pick<SourceReading, "problems" | "silent">;

export interface Arrivals {
  /** Sources of which at least one profile was read. */
  arrived: ReadonlySet<string>;
  /** What kept profiles of a source from being read, by its name. */
  told: ReadonlyMap<string, Told>;
}

/** Sources that should have left profiles and did not, or not all of them. Those that may be empty have nothing to tell. */
export function missingSources({ arrived, told }: Arrivals): string[] {
  return [...told].flatMap(([name, { problems, silent }]) =>
    silent.length > 0 || (!arrived.has(name) && problems.length > 0) ? [name] : [],
  );
}

/**
 * Judges that sources arrived: those that rules name; or where they name none and ask something else, whoever should have left profiles.
 * Without its files, the percentage of the rest says nothing.
 */
export function judgeArrivals(rules: CoverageRules, arrivals: Arrivals): CoverageJudgement[] {
  const named = new Set([...rules.expected, ...Object.keys(rules.sources)]);
  const byDefault = rules.expected.length === 0 && asksSomething(rules) ? missingSources(arrivals) : [];
  return [
    ...[...named].map((name) => judgeArrival(name, arrivals)),
    ...byDefault.filter((name) => !named.has(name)).map((name) => unnamed(judgeArrival(name, arrivals))),
  ];
}

/** Whether there is anything that is judged beside arrivals. */
export function asksSomething({ total, changed, files, sources }: CoverageRules): boolean {
  const some = (percents: Record<string, number>) => Object.keys(percents).length > 0;
  return total !== undefined || changed !== undefined || some(files) || some(sources);
}

function judgeArrival(name: string, { arrived, told }: Arrivals): CoverageJudgement {
  const { problems = [], silent = [] } = told.get(name) ?? {};
  const [lost] = silent;
  if (!arrived.has(name)) {
    const others = arrived.size === 0 ? "no other did" : `those that did: ${[...arrived].sort().join(", ")}`;
    const what = `The source ${name} was expected and left no profile that can be read; ${others}.`;
    return missing(name, { what, reason: problems[0], more: problems.length - 1 });
  }
  if (lost === undefined) return { rule: "arrived", subject: name, passed: true };
  const what = `The source ${name} is not whole: ${lost.service} left no profile that can be read.`;
  return missing(name, { what, reason: lost.reason, more: silent.length - 1 });
}

function missing(
  name: string,
  { what, reason, more }: { what: string; reason: Problem | undefined; more: number },
): CoverageJudgement {
  const why = reason === undefined ? "" : ` ${sentence(reason.message)}`;
  return {
    rule: "arrived",
    subject: name,
    passed: false,
    problem: {
      code: "COVERAGE_SOURCE_MISSING",
      message: `${what}${why}${more > 0 ? ` ${more} more of its problems are told apart.` : ""}`,
      hint: reason?.hint ?? "It is not counted as 0 %: nobody knows what it covers.",
      subject: name,
    },
  };
}

/** Nobody said that it must arrive. */
function unnamed(judgement: CoverageJudgement): CoverageJudgement {
  const { problem } = judgement;
  if (problem === undefined) return judgement;
  const way =
    "Where none is to be expected of it, name those that must give coverage with coverage.sources: the others may leave nothing.";
  return {
    ...judgement,
    problem: { ...problem, hint: problem.hint === undefined ? way : `${problem.hint} ${way}` },
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
