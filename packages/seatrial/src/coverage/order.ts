import type { BranchCoverage, FunctionCoverage, LineCoverage, SourceRange } from "./data.ts";

type Place<T> = Omit<T, "hits">;

/** The order of places in a file. */
export function compareRanges(a: SourceRange, b: SourceRange): number {
  return (
    a.startLine - b.startLine ||
    a.startColumn - b.startColumn ||
    a.endLine - b.endLine ||
    a.endColumn - b.endColumn
  );
}

export function compareLines(a: Place<LineCoverage<number>>, b: Place<LineCoverage<number>>): number {
  return a.line - b.line;
}

export function compareBranches(a: Place<BranchCoverage<number>>, b: Place<BranchCoverage<number>>): number {
  return a.line - b.line || a.block - b.block || a.arm - b.arm;
}

export function compareFunctions(
  a: Place<FunctionCoverage<number>>,
  b: Place<FunctionCoverage<number>>,
): number {
  return a.line - b.line || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** The order of bytes in UTF-8, which differs from that of JavaScript's strings beyond U+FFFF. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after all other characters. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
