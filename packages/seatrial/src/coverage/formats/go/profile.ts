import type { FileCoverage, FunctionCoverage, LineCoverage, Profile, StatementCoverage } from "../../data.ts";
import { type LinesLeft, mostLinesOf, takeLines } from "../../line-budget.ts";
import { type CountedUnit, ordered } from "./ordered.ts";
import type { CountedProgram, GoFunction } from "./program.ts";

/** A program's counters by file, with paths as Go names them: import path and file name, mostly. */
export function goProfile(counted: CountedProgram): Profile {
  const files = new Map<string, CountedUnit[]>();
  let count = 0;
  for (const { units } of ordered(counted)) {
    count += units.length;
    for (const unit of units) {
      const inFile = files.get(unit.of.file);
      if (inFile === undefined) files.set(unit.of.file, [unit]);
      else inFile.push(unit);
    }
  }
  const left = { lines: mostLinesOf(count) };
  return { files: [...files].map(([path, units]) => fileOf({ path, units, left })) };
}

function fileOf(options: { path: string; units: CountedUnit[]; left: LinesLeft }): FileCoverage<number> {
  const { path, units, left } = options;
  // A block of no statements has nothing that could be covered.
  const blocks = units.filter(({ statements }) => statements > 0).sort(byPlace);
  return {
    path,
    statements: blocks.map(statementOf),
    lines: linesOf(blocks, left),
    branches: [],
    functions: functionsOf(units),
  };
}

function statementOf(unit: CountedUnit): StatementCoverage<number> {
  const { startLine, startColumn, endLine, endColumn, statements, hits } = unit;
  return { startLine, startColumn, endLine, endColumn, weight: statements, hits };
}

/** A line ran as often as the block on it that ran most. Go knows no lines: comments and braces within a block count as it does. */
function linesOf(units: CountedUnit[], left: LinesLeft): LineCoverage<number>[] {
  const lines = new Map<number, number>();
  for (const unit of units) {
    const { startLine, hits } = unit;
    const last = takeLines(unit, left);
    for (let line = startLine; line <= last; line += 1) lines.set(line, Math.max(lines.get(line) ?? 0, hits));
  }
  return [...lines].map(([line, hits]) => ({ line, hits })).sort((one, other) => one.line - other.line);
}

/** A function ran as often as its first block. Literals outside of functions have no name that would say anything. */
function functionsOf(units: CountedUnit[]): FunctionCoverage<number>[] {
  const first = new Map<GoFunction, CountedUnit>();
  for (const unit of units) {
    const before = first.get(unit.of);
    if (unit.of.isLiteral || (before !== undefined && byPlace(before, unit) <= 0)) continue;
    first.set(unit.of, unit);
  }
  return [...first].map(([{ name }, { startLine, hits }]) => ({ name, line: startLine, hits }));
}

function byPlace(one: CountedUnit, other: CountedUnit): number {
  return (
    one.startLine - other.startLine ||
    one.startColumn - other.startColumn ||
    one.endLine - other.endLine ||
    one.endColumn - other.endColumn
  );
}
