import type { FileCoverage } from "../../data.ts";
import { sumHits } from "../../sum-hits.ts";
import { branchesOf } from "../../together.ts";
import { byAny } from "../../totals.ts";

export interface LineState {
  state: "hit" | "miss" | "part";
  hits: number;
  /** Which sources reached it, by their numbers. */
  by: number[];
  /** Parts of the line that nothing reached: columns from 1, the end exclusive. Empty for a whole line. */
  missing: { from: number; to: number }[];
  /** Ways out of its branches, where it has some. */
  arms: { covered: number; total: number };
}

/** What is known of each line with code. A line is `part` where some of its statements or branches were not reached. */
export function lineStates(file: FileCoverage<number[]>): Map<number, LineState> {
  const states = new Map<number, LineState>();
  for (const { line, hits } of file.lines) {
    const by = hits.flatMap((count, source) => (count > 0 ? [source] : []));
    const state = by.length > 0 ? "hit" : "miss";
    states.set(line, { state, hits: sumHits(hits), by, missing: [], arms: { covered: 0, total: 0 } });
  }
  for (const statement of file.statements) {
    if (statement.weight === 0 || byAny(statement.hits)) continue;
    const { startLine, startColumn, endLine, endColumn } = statement;
    for (let line = startLine; line <= endLine; line += 1) {
      const known = states.get(line);
      // Lines follow each other: what is no line of the file ends it.
      if (line > startLine && line - startLine > states.size * 64) break;
      if (known === undefined || known.state === "miss" || (line === endLine && endColumn <= 1)) continue;
      known.state = "part";
      known.missing.push({
        from: line === startLine ? startColumn : 1,
        to: line === endLine ? endColumn : Number.POSITIVE_INFINITY,
      });
    }
  }
  for (const { line, hits } of branchesOf(file)) {
    const known = states.get(line);
    if (known === undefined) continue;
    known.arms.total += 1;
    if (byAny(hits)) known.arms.covered += 1;
  }
  for (const known of states.values())
    if (known.state === "hit" && known.arms.covered < known.arms.total) known.state = "part";
  return states;
}
