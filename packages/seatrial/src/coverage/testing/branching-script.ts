/** A script of two ways, as it lies at `/app/src/f.js`. */
export const BRANCHING_SCRIPT = "function f(n) {\n  if (n) {\n    return 1;\n  }\n  return 2;\n}\nf(1);\n";

/** `f(n)` as V8 reports it when `n` was true, or was not: it names the way that was not taken only. */
export function branchingProfile(n: boolean): string {
  const range = (startOffset: number, endOffset: number, count: number) => ({
    startOffset,
    endOffset,
    count,
  });
  const functions = [
    { functionName: "", isBlockCoverage: true, ranges: [range(0, 64, 1)] },
    {
      functionName: "f",
      isBlockCoverage: true,
      ranges: [range(0, 57, 1), n ? range(43, 56, 0) : range(25, 43, 0)],
    },
  ];
  return JSON.stringify({
    result: [{ scriptId: "1", url: "file:///app/src/f.js", functions }],
    timestamp: 1,
  });
}
