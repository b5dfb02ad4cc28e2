import type { FileCoverage } from "./data.ts";
import { byAny, type Reached } from "./totals.ts";

export interface LineRange {
  first: number;
  last: number;
}

/**
 * Lines that nothing reached, next ones together: lines in between that are no code do not part them. `among` limits them to some
 * lines.
 */
export function uncoveredLines(
  file: FileCoverage<number[]>,
  options: { reached?: Reached; among?: (line: number) => boolean } = {},
): LineRange[] {
  const { reached = byAny, among = () => true } = options;
  const ranges: LineRange[] = [];
  let open: LineRange | undefined;
  for (const { line, hits } of file.lines) {
    if (!among(line) || reached(hits)) open = undefined;
    else if (open === undefined) {
      open = { first: line, last: line };
      ranges.push(open);
    } else open.last = line;
  }
  return ranges;
}

/** `12-18, 33`; no more than `most` of them, the rest as a count. */
export function formatRanges(ranges: readonly LineRange[], most = Number.POSITIVE_INFINITY): string {
  const shown = ranges
    .slice(0, most)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const more = ranges.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
