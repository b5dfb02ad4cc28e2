import type { SourceRange } from "./data.ts";

/** Statements have a few lines each, and some tables very many. */
const LINES_OF_STATEMENT = 256;
const LINES_OF_TABLES = 2 ** 18;
/** More than the longest file. */
const MOST_LINES = 200_000;

/** How many lines so many statements may have, shared ones counted for each: broken numbers must not become lists of millions of lines. */
export function mostLinesOf(statements: number): number {
  return LINES_OF_TABLES + LINES_OF_STATEMENT * statements;
}

/** How many lines may still be made of statements. */
export interface LinesLeft {
  lines: number;
}

/**
 * The last line that a statement is on: its end is exclusive, and may lie before the first column of a line. What claims to be longer than
 * any file, or than what is left, has its first line only.
 */
export function takeLines({ startLine, endLine, endColumn }: SourceRange, left: LinesLeft): number {
  const end = endColumn <= 1 && endLine > startLine ? endLine - 1 : endLine;
  const more = Math.max(end - startLine, 0);
  const last = more < Math.min(MOST_LINES, left.lines) ? startLine + more : startLine;
  left.lines -= last - startLine + 1;
  return last;
}
