import type { PartialRun } from "../coverage/index.ts";
import type { Problem } from "../model/index.ts";
import type { SuiteEvidence } from "./judgement.ts";

/**
 * Judges the coverage of the runs that speak for an image, by the rules that are about all suites together. A run of one suite judges
 * its own alone, so that only here is seen what several jobs reached.
 */
export type CoverageGate = (
  runs: readonly PartialRun[],
) => Promise<{ refusals: Problem[]; warnings: string[] }>;

/** The runs that count as evidence, each with the suites that count of it. */
export function countedRuns(suites: readonly Pick<SuiteEvidence, "suite" | "parts">[]): PartialRun[] {
  const runs = new Map<string, PartialRun>();
  for (const { suite, parts } of suites) {
    for (const { from } of parts) {
      const { folder, outcome } = from;
      const known = runs.get(folder) ?? { run: outcome.run, folder, suites: [] };
      runs.set(folder, known);
      if (!known.suites.includes(suite)) known.suites.push(suite);
    }
  }
  return [...runs.values()];
}
