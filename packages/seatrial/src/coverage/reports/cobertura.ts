import { type CoverageCount, percentOf } from "../../model/index.ts";
import type { BranchCoverage, FileCoverage } from "../data.ts";
import { sumHits } from "../sum-hits.ts";
import { branchesOf } from "../together.ts";
import { byAny, totalsOf } from "../totals.ts";
import type { ReportInput } from "./report.ts";
import { escapeMarkup } from "./xml.ts";

type Input = Pick<ReportInput, "coverage" | "root" | "time">;

/**
 * The coverage of all sources together as Cobertura's XML (coverage-04): folders as packages, files as classes. Parts of it as they
 * come, since a report can be large.
 */
export function* writeCobertura({ coverage, root, time }: Input): Generator<string> {
  const { lines, branches } = totalsOf(coverage.files);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<coverage line-rate="${rate(lines)}" branch-rate="${rate(branches)}"`;
  yield ` lines-covered="${lines.covered}" lines-valid="${lines.total}"`;
  yield ` branches-covered="${branches.covered}" branches-valid="${branches.total}"`;
  yield ` complexity="0" version="1" timestamp="${time}">\n`;
  yield `<sources><source>${escapeMarkup(root)}</source></sources>\n<packages>\n`;
  for (const [folder, files] of byFolder(coverage.files)) yield* packageOf(folder, files);
  yield "</packages>\n</coverage>\n";
}

function* packageOf(folder: string, files: readonly FileCoverage<number[]>[]): Generator<string> {
  const name = folder === "" ? "." : folder.replaceAll("/", ".");
  yield `<package name="${escapeMarkup(name)}" ${rates(files)}><classes>\n`;
  for (const file of files) yield classOf(file);
  yield "</classes></package>\n";
}

function classOf(file: FileCoverage<number[]>): string {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const methods = file.functions.map(
    ({ name: method, line, hits }) =>
      `<method name="${escapeMarkup(method)}" signature="" line-rate="${byAny(hits) ? 1 : 0}" branch-rate="1" complexity="0"><lines><line number="${line}" hits="${sumHits(hits)}"/></lines></method>\n`,
  );
  const branches = groupBy(branchesOf(file), ({ line }) => line);
  // A branch on a line that no tool calls code has its line all the same.
  const hits = new Map(file.lines.map((line) => [line.line, sumHits(line.hits)]));
  for (const [line, list] of branches)
    if (!hits.has(line)) hits.set(line, sumHits(list.flatMap((each) => each.hits)));
  const lines = [...hits]
    .sort(([a], [b]) => a - b)
    .map(([line, count]) => lineOf({ line, count, branches: branches.get(line) ?? [] }));
  return `<class name="${escapeMarkup(name)}" filename="${escapeMarkup(file.path)}" ${rates([file])}><methods>${methods.join("")}</methods><lines>\n${lines.join("")}</lines></class>\n`;
}

function lineOf(options: {
  line: number;
  count: number;
  branches: readonly BranchCoverage<number[]>[];
}): string {
  const { line, count, branches } = options;
  const start = `<line number="${line}" hits="${count}"`;
  if (branches.length === 0) return `${start} branch="false"/>\n`;
  const conditions = [...groupBy(branches, ({ block }) => block).values()].map(
    (arms, number) =>
      `<condition number="${number}" type="jump" coverage="${wholePercent(countArms(arms))}%"/>`,
  );
  const all = countArms(branches);
  const coverage = `${wholePercent(all)}% (${all.covered}/${all.total})`;
  return `${start} branch="true" condition-coverage="${coverage}"><conditions>${conditions.join("")}</conditions></line>\n`;
}

function rates(files: readonly FileCoverage<number[]>[]): string {
  const { lines, branches } = totalsOf(files);
  return `line-rate="${rate(lines)}" branch-rate="${rate(branches)}" complexity="0"`;
}

/** From 0 to 1, cut after four decimals: 1 only if nothing is missing. */
function rate(count: CoverageCount): string {
  const percent = percentOf(count);
  return percent === undefined ? "1" : String(Math.floor(percent * 100) / 10_000);
}

function wholePercent(count: CoverageCount): number {
  return Math.floor(percentOf(count) ?? 100);
}

function countArms(arms: readonly BranchCoverage<number[]>[]): CoverageCount {
  return { covered: arms.filter(({ hits }) => byAny(hits)).length, total: arms.length };
}

function byFolder(files: readonly FileCoverage<number[]>[]): Map<string, FileCoverage<number[]>[]> {
  return groupBy(files, ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/"))));
}

function groupBy<T, K>(list: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
