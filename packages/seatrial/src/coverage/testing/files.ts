import type { FileCoverage, Profile, StatementCoverage } from "../data.ts";

/** A statement on whole lines, hit so often. */
export function statement<H>(lines: [number, number], hits: H, weight = 1): StatementCoverage<H> {
  return { startLine: lines[0], startColumn: 1, endLine: lines[1], endColumn: 80, weight, hits };
}

/** A file with what is given, and nothing else. */
export function file<H>(path: string, parts: Partial<FileCoverage<H>> = {}): FileCoverage<H> {
  return { path, statements: [], lines: [], branches: [], functions: [], ...parts };
}

/** A profile of one file with a statement on each of its first lines, hit so often. */
export function profile(path: string, ...hits: number[]): Profile {
  return { files: [file(path, { statements: hits.map((count, at) => statement([at + 1, at + 1], count)) })] };
}
