import type { FileCoverage, FunctionCoverage } from "../data.ts";
import { sumHits } from "../sum-hits.ts";
import { branchesOf } from "../together.ts";
import type { ReportInput } from "./report.ts";

/** The coverage of all sources together as an lcov tracefile: one record for each file. */
export function writeLcov({ coverage }: Pick<ReportInput, "coverage">): string {
  return coverage.files.map(record).join("");
}

function record(file: FileCoverage<number[]>): string {
  const functions = named(file.functions);
  const branches = branchesOf(file).map((branch) => ({ ...branch, count: sumHits(branch.hits) }));
  const reachedBlocks = new Set(branches.filter(({ count }) => count > 0).map(blockOf));
  const reachedLines = new Set(file.lines.filter(({ hits }) => sumHits(hits) > 0).map(({ line }) => line));
  return [
    "TN:",
    `SF:${oneLine(file.path)}`,
    ...functions.map(({ line, name }) => `FN:${line},${name}`),
    ...functions.map(({ hits, name }) => `FNDA:${sumHits(hits)},${name}`),
    ...count("FN", functions),
    // A dash says that the condition itself was never reached.
    ...branches.map((branch) => {
      const isReached = reachedBlocks.has(blockOf(branch)) || reachedLines.has(branch.line);
      return `BRDA:${branch.line},${branch.block},${branch.arm},${isReached ? branch.count : "-"}`;
    }),
    ...count("BR", branches),
    ...file.lines.map(({ line, hits }) => `DA:${line},${sumHits(hits)}`),
    `LF:${file.lines.length}`,
    `LH:${reachedLines.size}`,
    "end_of_record\n",
  ].join("\n");
}

function count(kind: string, list: readonly { hits: number[] }[]): string[] {
  if (list.length === 0) return [];
  return [`${kind}F:${list.length}`, `${kind}H:${list.filter(({ hits }) => sumHits(hits) > 0).length}`];
}

/** Readers tell functions by their names: a name that comes again says its line. */
function named(functions: readonly FunctionCoverage<number[]>[]): FunctionCoverage<number[]>[] {
  const seen = new Set<string>();
  return functions.map((each) => {
    const plain = oneLine(each.name) || "(anonymous)";
    let name = plain;
    for (let again = 1; seen.has(name); again += 1)
      name = again === 1 ? `${plain}:${each.line}` : `${plain}:${each.line}:${again}`;
    seen.add(name);
    return { ...each, name };
  });
}

function blockOf({ line, block }: { line: number; block: number }): string {
  return `${line}:${block}`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, "\ufffd");
}
