import { hitsOf, lineOf } from "../numbers.ts";
import type { FileBuilder } from "../profile-builder.ts";

/** A place as Istanbul has it: columns from 0, not always known. */
interface IstanbulRange {
  start: { line: number; column: number };
  end: { line: number; column: number };
}

/** What is used of Istanbul's data about one file. */
export interface IstanbulFile {
  statementMap: Record<string, IstanbulRange>;
  s: Record<string, number>;
  branchMap: Record<string, { locations: IstanbulRange[] }>;
  b: Record<string, number[]>;
  fnMap: Record<string, { name: string; loc: IstanbulRange }>;
  f: Record<string, number>;
}

/** Adds data of conversions to one file: a statement is a line, a branch a part of the text with a count of its own. */
export function createIstanbulReader(file: FileBuilder): (found: IstanbulFile) => void {
  const blocks = createBlocks();
  return (found) => {
    for (const [id, range] of Object.entries(found.statementMap)) {
      const hits = countOf(found.s[id]);
      const line = startOf(range);
      file.line(line, hits);
      file.statement({
        startLine: line,
        startColumn: columnOf(range.start),
        endLine: lineOf(range.end.line) ?? line,
        endColumn: columnOf(range.end),
        weight: 1,
        hits,
      });
    }
    for (const [id, branch] of Object.entries(found.branchMap))
      for (const [arm, range] of branch.locations.entries())
        file.branch({ line: startOf(range), block: blocks(range), arm, hits: countOf(found.b[id]?.[arm]) });
    for (const [id, { name, loc }] of Object.entries(found.fnMap))
      file.function({ name, line: startOf(loc), hits: countOf(found.f[id]) }, keyOf(loc));
  };
}

/** A block by its column, so that it is the same one in other profiles; others that begin there are far from any column. */
function createBlocks(): (range: IstanbulRange) => number {
  const known = new Map<string, number>();
  const nextFree = new Map<string, number>();
  return (range) => {
    const key = keyOf(range);
    const found = known.get(key);
    if (found !== undefined) return found;
    const place = `${range.start.line}:${range.start.column}`;
    const before = nextFree.get(place) ?? 0;
    nextFree.set(place, before + 1);
    const block = columnOf(range.start) + before * OTHERS;
    known.set(key, block);
    return block;
  };
}

/** No line is this long, so that blocks of one column do not meet those of the next. */
const OTHERS = 10_000_000;

function keyOf({ start, end }: IstanbulRange): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}

function startOf({ start }: IstanbulRange): number {
  return lineOf(start.line) ?? 0;
}

function columnOf({ column }: { column: number }): number {
  return Number.isFinite(column) ? Math.max(0, column) + 1 : 1;
}

function countOf(count: number | undefined): number {
  return hitsOf(count) ?? 0;
}
