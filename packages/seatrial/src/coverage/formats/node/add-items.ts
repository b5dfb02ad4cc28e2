import { hitsOf, lineOf } from "../numbers.ts";
import type { FileBuilder } from "../profile-builder.ts";
import type { IstanbulItems, IstanbulRange } from "./istanbul-items.ts";

/** No line is this long, so that blocks of one column do not meet those of the next. */
const OTHERS = 10_000_000;

/** Adds what is known of one file: a statement is a line, a branch a part of the text with a count of its own. */
export function addItems(file: FileBuilder, { statements, branches, functions }: IstanbulItems): void {
  for (const { range, hits } of statements) {
    const line = startOf(range);
    file.line(line, countOf(hits));
    file.statement({
      startLine: line,
      startColumn: columnOf(range.start),
      endLine: lineOf(range.end.line) ?? line,
      endColumn: columnOf(range.end),
      weight: 1,
      hits: countOf(hits),
    });
  }
  const blockOf = createBlocks();
  for (const { range, hits } of branches)
    file.branch({ line: startOf(range), block: blockOf(range), arm: 0, hits: countOf(hits) });
  for (const [at, { name, range, hits }] of functions.entries())
    file.function({ name, line: startOf(range), hits: countOf(hits) }, String(at));
}

/** A block by its column, so that it is the same one in other profiles; others that begin there are far from any column. */
function createBlocks(): (range: IstanbulRange) => number {
  const used = new Map<string, number>();
  return (range) => {
    const place = `${range.start.line}:${range.start.column}`;
    const before = used.get(place) ?? 0;
    used.set(place, before + 1);
    return columnOf(range.start) + before * OTHERS;
  };
}

function startOf({ start }: IstanbulRange): number {
  return lineOf(start.line) ?? 0;
}

/** From 1. A source map may not know the column, or place an end before its beginning. */
function columnOf({ column }: { column: number }): number {
  return Number.isFinite(column) ? Math.max(0, column) + 1 : 1;
}

function countOf(count: number): number {
  return hitsOf(count) ?? 0;
}
