import type { LineCoverage, StatementCoverage } from "./data.ts";
import { type LinesLeft, takeLines } from "./line-budget.ts";

/**
 * Lines as statements have them, in order: a line was reached as often as the statement on it that was reached most. A statement without
 * weight is nowhere. Lines are taken from `left`; where there are too few, statements have their first ones only.
 */
export function linesOf(options: {
  statements: readonly StatementCoverage<number[]>[];
  sources: number;
  left: LinesLeft;
}): LineCoverage<number[]>[] {
  const { statements, sources, left } = options;
  const lines = new Map<number, number[]>();
  for (const statement of statements) {
    const { startLine, weight, hits } = statement;
    if (weight === 0) continue;
    const last = takeLines(statement, left);
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
