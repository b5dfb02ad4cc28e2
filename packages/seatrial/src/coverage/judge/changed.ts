import type { CoverageCount } from "../../model/index.ts";
import type { ChangedLines } from "../changes/parse-diff.ts";
import type { Coverage } from "../data.ts";
import { byAny } from "../totals.ts";

/** How many of the changed lines are code, and how many of these any source reached. */
export function countChanged(coverage: Coverage, changes: ChangedLines): CoverageCount {
  const count = { covered: 0, total: 0 };
  for (const { path, lines } of coverage.files) {
    const changed = changes.get(path);
    if (changed === undefined) continue;
    for (const { line, hits } of lines) {
      if (!changed.has(line)) continue;
      count.total += 1;
      if (byAny(hits)) count.covered += 1;
    }
  }
  return count;
}
