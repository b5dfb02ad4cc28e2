import type {
  BranchCoverage,
  Coverage,
  FileCoverage,
  FunctionCoverage,
  LineCoverage,
  Profile,
  StatementCoverage,
} from "./data.ts";
import { type LinesLeft, mostLinesOf } from "./line-budget.ts";
import { linesOf } from "./lines-of.ts";
import { mergeSorted } from "./merge-sorted.ts";
import { compareBranches, compareFunctions, compareLines, comparePaths, compareRanges } from "./order.ts";

export interface NamedProfiles {
  name: string;
  profiles: readonly Profile[];
}

interface Entry {
  source: number;
  file: FileCoverage<number>;
}

/**
 * Puts the profiles of all sources together, by path. Hits of the same thing add up. Where a tool knows statements and no lines, lines are
 * derived from them; where one source knows only the lines of a file, its statements are those whose lines it reached.
 */
export function combine(sources: readonly NamedProfiles[]): Coverage {
  const byPath = new Map<string, Entry[]>();
  let statements = 0;
  sources.forEach(({ profiles }, source) => {
    for (const { files } of profiles) {
      for (const file of files) {
        statements += file.statements.length;
        const entries = byPath.get(file.path);
        if (entries === undefined) byPath.set(file.path, [{ source, file }]);
        else entries.push({ source, file });
      }
    }
  });
  const paths = [...byPath.keys()].sort(comparePaths);
  const left = { lines: mostLinesOf(statements) };
  return {
    sources: sources.map(({ name }) => name),
    files: paths.map((path) =>
      combineFile(path, { entries: byPath.get(path) ?? [], sources: sources.length, left }),
    ),
  };
}

interface Entries {
  entries: readonly Entry[];
  /** How many there are. */
  sources: number;
  /** Of all files together. */
  left: LinesLeft;
}

function combineFile(path: string, of: Entries): FileCoverage<number[]> {
  const { entries, sources } = of;
  let statements: StatementCoverage<number[]>[] = [];
  let branches: BranchCoverage<number[]>[] = [];
  let functions: FunctionCoverage<number[]>[] = [];
  for (const { source, file } of entries) {
    const by = { source, sources };
    statements = mergeSorted({
      ...by,
      into: statements,
      from: file.statements,
      compare: compareRanges,
      meet: (known, other) => {
        if (other.weight > known.weight) known.weight = other.weight;
      },
    });
    branches = mergeSorted({ ...by, into: branches, from: file.branches, compare: compareBranches });
    functions = mergeSorted({ ...by, into: functions, from: file.functions, compare: compareFunctions });
  }
  if (statements.length > 0)
    for (const { source, file } of entries)
      if (file.statements.length === 0) reachByLines(statements, file.lines, source);
  return { path, statements, lines: combineLines(statements, of), branches, functions };
}

function combineLines(
  statements: readonly StatementCoverage<number[]>[],
  { entries, sources, left }: Entries,
): LineCoverage<number[]>[] {
  if (entries.every(({ file }) => file.lines.length === 0)) return linesOf({ statements, sources, left });
  let lines: LineCoverage<number[]>[] = [];
  for (const { source, file } of entries) {
    const own = file.lines.length > 0 ? file.lines : derived(file.statements, left);
    lines = mergeSorted({ source, sources, into: lines, from: own, compare: compareLines });
  }
  return lines;
}

function derived(statements: readonly StatementCoverage<number>[], left: LinesLeft): LineCoverage<number>[] {
  const alone = statements.map((each) => ({ ...each, hits: [each.hits] }));
  return linesOf({ statements: alone, sources: 1, left }).map(({ line, hits }) => ({
    line,
    hits: hits[0] ?? 0,
  }));
}

/** A source that knows lines only reached a statement if it reached the first of its lines that it knows. */
function reachByLines(
  statements: readonly StatementCoverage<number[]>[],
  lines: readonly LineCoverage<number>[],
  source: number,
): void {
  const sorted = [...lines].sort(compareLines);
  let at = 0;
  for (const { startLine, endLine, hits } of statements) {
    while (at < sorted.length && (sorted[at]?.line ?? 0) < startLine) at += 1;
    const first = sorted[at];
    if (first !== undefined && first.line <= endLine) hits[source] = (hits[source] ?? 0) + first.hits;
  }
}
