import { type CoverageCount, type CoverageTotals, percentOf } from "../model/index.ts";
import type { Coverage, FileCoverage } from "./data.ts";
import { branchesOf } from "./together.ts";

/** Whether hits by source count as reached. */
export type Reached = (hits: readonly number[]) => boolean;

/** By any source. */
export const byAny: Reached = (hits) => hits.some((count) => count > 0);

/** By this source, whatever others did. */
export function bySource(source: number): Reached {
  return (hits) => (hits[source] ?? 0) > 0;
}

/** By this source and no other. */
export function onlyBy(source: number): Reached {
  return (hits) => (hits[source] ?? 0) > 0 && hits.every((count, at) => at === source || count === 0);
}

/** What the percentage is of: statements, and the lines of files whose tools know no statements. */
export function countOf(files: readonly FileCoverage<number[]>[], reached: Reached = byAny): CoverageCount {
  const count = { covered: 0, total: 0 };
  for (const file of files)
    if (file.statements.length > 0) addStatements(count, file, reached);
    else addEach(count, file.lines, reached);
  return count;
}

/**
 * All figures of some files: what all sources together reached, or one of them by itself. Of all together, branches are those of one
 * report of all profiles, where there is one.
 */
export function totalsOf(
  files: readonly FileCoverage<number[]>[],
  { source }: { source?: number } = {},
): CoverageTotals & { percent: number | undefined } {
  const reached = source === undefined ? byAny : bySource(source);
  const totals = { statements: none(), lines: none(), branches: none(), functions: none() };
  for (const file of files) {
    addStatements(totals.statements, file, reached);
    addEach(totals.lines, file.lines, reached);
    addEach(totals.branches, source === undefined ? branchesOf(file) : file.branches, reached);
    addEach(totals.functions, file.functions, reached);
  }
  return { ...totals, percent: percentOf(countOf(files, reached)) };
}

/** How many statements each source reached that no other did, in the order of the sources. */
export function countOnly(coverage: Coverage): number[] {
  return coverage.sources.map((_, source) => countOf(coverage.files, onlyBy(source)).covered);
}

function none(): CoverageCount {
  return { covered: 0, total: 0 };
}

function addStatements(count: CoverageCount, file: FileCoverage<number[]>, reached: Reached): void {
  for (const { weight, hits } of file.statements) {
    count.total += weight;
    if (reached(hits)) count.covered += weight;
  }
}

function addEach(count: CoverageCount, list: readonly { hits: number[] }[], reached: Reached): void {
  count.total += list.length;
  for (const { hits } of list) if (reached(hits)) count.covered += 1;
}
