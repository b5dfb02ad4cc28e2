import type { LineCoverage, StatementCoverage } from "./data.ts";

/** More than the longest file; what claims to be longer counts by its first line. */
const MOST_LINES = 200_000;

/**
 * Lines as statements have them, in order: a line was reached as often as the statement on it that was reached most. A statement that ends
 * before the first column of a line is not on it, one without weight is nowhere.
 */
export function linesOf(
  statements: readonly StatementCoverage<number[]>[],
  sources: number,
): LineCoverage<number[]>[] {
  const lines = new Map<number, number[]>();
  for (const { startLine, endLine, endColumn, weight, hits } of statements) {
    if (weight === 0) continue;
    const end = endColumn <= 1 && endLine > startLine ? endLine - 1 : endLine;
    const last = end - startLine < MOST_LINES ? Math.max(end, startLine) : startLine;
    for (let line = startLine; line <= last; line += 1) {
      const known = lines.get(line);
      if (known === undefined) lines.set(line, hits.slice(0, sources));
      else raise(known, hits);
    }
  }
  return [...lines].map(([line, hits]) => ({ line, hits })).sort((a, b) => a.line - b.line);
}

function raise(known: number[], hits: readonly number[]): void {
  hits.forEach((count, at) => {
    if (count > (known[at] ?? 0)) known[at] = count;
  });
}
