import type { CoverageCount, CoverageTotals } from "../../../model/index.ts";
import type { FileCoverage } from "../../data.ts";
import { bySource, countOf, totalsOf } from "../../totals.ts";

/** What the rows of tables show of a file or a folder. */
export interface Figures {
  totals: CoverageTotals;
  /** What the percentage is of. */
  all: CoverageCount;
  /** The same by each source alone. */
  sources: CoverageCount[];
}

export function figuresOf(file: FileCoverage<number[]>, sources: number): Figures {
  const { statements, lines, branches, functions } = totalsOf([file]);
  return {
    totals: { statements, lines, branches, functions },
    all: countOf([file]),
    sources: Array.from({ length: sources }, (_, at) => countOf([file], bySource(at))),
  };
}

export function noFigures(sources: number): Figures {
  return {
    totals: { statements: none(), lines: none(), branches: none(), functions: none() },
    all: none(),
    sources: Array.from({ length: sources }, none),
  };
}

/** Adds figures to others. */
export function addFigures(to: Figures, more: Figures): void {
  for (const kind of ["statements", "lines", "branches", "functions"] as const)
    add(to.totals[kind], more.totals[kind]);
  add(to.all, more.all);
  to.sources.forEach((count, at) => {
    add(count, more.sources[at] ?? none());
  });
}

function none(): CoverageCount {
  return { covered: 0, total: 0 };
}

function add(to: CoverageCount, more: CoverageCount): void {
  to.covered += more.covered;
  to.total += more.total;
}
