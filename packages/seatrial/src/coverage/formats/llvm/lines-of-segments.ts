import type { LineCoverage } from "../../data.ts";
import type { Segment } from "./read-segment.ts";

/**
 * The lines of a file that have code, by LLVM's rule: a line counts when a region with a count begins on it, or reaches into it. Its count is
 * the largest of what reached into it and of the regions, other than gaps, that begin on it. Where text is skipped from the line's beginning,
 * by the preprocessor say, it does not count. Segments are in order of their lines.
 */
export function* linesOfSegments(segments: readonly Segment[]): Generator<LineCoverage<number>> {
  let wrapping: Segment | undefined;
  let next = 0;
  let line = segments[0]?.line ?? 0;
  while (next < segments.length) {
    const here: Segment[] = [];
    for (let segment = segments[next]; segment?.line === line; segment = segments[next]) {
      here.push(segment);
      next += 1;
    }
    const hits = hitsOfLine(here, wrapping);
    if (hits !== undefined) yield { line, hits };
    wrapping = here.at(-1) ?? wrapping;
    const following = segments[next]?.line ?? line;
    line = wrapping?.hasCount === true ? line + 1 : Math.max(line + 1, following);
  }
}

function hitsOfLine(here: readonly Segment[], wrapping: Segment | undefined): number | undefined {
  const first = here[0];
  const startsSkipped = first !== undefined && !first.hasCount && first.isRegionEntry;
  const starting = here.filter((segment) => segment.hasCount && segment.isRegionEntry);
  const isMapped = (!startsSkipped && wrapping?.hasCount === true) || starting.length > 0;
  if (!isMapped) return undefined;
  return starting
    .filter((segment) => !segment.isGap)
    .reduce((most, segment) => Math.max(most, segment.count), wrapping?.count ?? 0);
}
