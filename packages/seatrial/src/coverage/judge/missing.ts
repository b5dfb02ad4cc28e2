import type { FileCoverage } from "../data.ts";
import type { Reached } from "../totals.ts";
import { formatRanges, uncoveredLines } from "../uncovered.ts";

const MOST_FILES = 10;
const MOST_RANGES = 8;

/** `store.go:12-18, 33; api.go:4`: what lacks coverage, files with most of it first. */
export function listMissing(options: {
  files: readonly FileCoverage<number[]>[];
  reached: Reached;
  among?: ((path: string, line: number) => boolean) | undefined;
}): string {
  const { files, reached, among } = options;
  const missing = files
    .map((file) => {
      const some = among === undefined ? {} : { among: (line: number) => among(file.path, line) };
      const ranges = uncoveredLines(file, { reached, ...some });
      const lines = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      return { path: file.path, ranges, lines };
    })
    .filter(({ ranges }) => ranges.length > 0)
    .sort((a, b) => b.lines - a.lines || (a.path < b.path ? -1 : 1));
  const shown = missing
    .slice(0, MOST_FILES)
    .map(({ path, ranges }) => `${path}:${formatRanges(ranges, MOST_RANGES)}`);
  const more = missing.length - shown.length;
  if (missing.length === 0) return "parts of lines only.";
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more ${more === 1 ? "file" : "files"}` : ""}.`;
}
