import {
  type CoverageJudgement,
  type CoverageTotals,
  formatPercent,
  type Problem,
  percentOf,
} from "../../model/index.ts";
import type { Coverage, FileCoverage } from "../data.ts";
import { titleOf } from "../judge/titles.ts";
import { printableName } from "../printable.ts";
import { bySource, countOf, countOnly, totalsOf } from "../totals.ts";
import { formatRanges, uncoveredLines } from "../uncovered.ts";
import type { ReportInput } from "./report.ts";
import { type Column, writeTable } from "./text-table.ts";

const WIDTH = 100;
const GAP = 2;
const MOST_SOURCES = 4;
const LEAST_RANGES = 14;
const LEAST_LEFT = 34;
const LEAST_NUMBER = 7;
const MOST_NUMBER = 12;
const KINDS: (keyof CoverageTotals)[] = ["statements", "branches", "functions", "lines"];

/** A table of the files, in 100 columns, then what each source reached and how each rule was judged. */
export function writeText(
  input: Pick<ReportInput, "coverage" | "judgements"> & {
    /** No more files than this: those that lack most. Default: all, by their names. */
    most?: number | undefined;
    /** What did not go well, at the end. */
    problems?: readonly Problem[] | undefined;
  },
): string {
  const { coverage, judgements, most, problems = [] } = input;
  const { files } = coverage;
  const end = [judgements.map(judgementLine), problems.flatMap(problemLines)].flatMap((lines) =>
    lines.length === 0 ? [] : ["", ...lines],
  );
  if (files.length === 0) return ["no coverage", ...end, ""].join("\n");
  const shown = most === undefined || files.length <= most ? files : lackingMost(files, most);
  const hidden = files.length - shown.length;
  return [
    ...fileTable(input, shown),
    ...(hidden > 0 ? [`and ${hidden} more ${hidden === 1 ? "file" : "files"} that lack less`] : []),
    "",
    ...sourceTable(input),
    ...end,
    "",
  ].join("\n");
}

function fileTable(
  { coverage }: Pick<ReportInput, "coverage">,
  shown: readonly FileCoverage<number[]>[],
): string[] {
  const { kinds, sources, left } = chooseColumns(coverage);
  const numbers = [...kinds, ...sources].map(numberColumn);
  const longest = shown.reduce((most, { path }) => Math.max(most, [...path].length), "all files".length);
  const path = Math.min(longest, Math.max(12, left - LEAST_RANGES));
  const columns: Column[] = [
    { title: "file", most: path, cut: "start" },
    ...numbers,
    { title: "not covered", most: Math.max(LEAST_RANGES, left - path) },
  ];
  const row = (name: string, files: readonly FileCoverage<number[]>[], ranges: string) => {
    const totals: CoverageTotals = totalsOf(files);
    return [
      name,
      ...kinds.map((kind) => formatPercent(percentOf(totals[kind]))),
      ...sources.map((_, at) => formatPercent(percentOf(countOf(files, bySource(at))))),
      ranges,
    ];
  };
  const rows = shown.map((file) => row(printableName(file.path), [file], formatRanges(uncoveredLines(file))));
  return writeTable(columns, [...rows, row("all files", coverage.files, "")]);
}

interface Columns {
  kinds: (keyof CoverageTotals)[];
  sources: string[];
  /** What is left of the width for names and ranges. */
  left: number;
}

/** All figures and sources that there are, as far as they leave room for names; the reports for browsers have the rest. */
function chooseColumns(coverage: Coverage): Columns {
  const totals = totalsOf(coverage.files);
  let kinds = KINDS.filter((kind) => totals[kind].total > 0);
  const several = coverage.sources.length > 1 && coverage.sources.length <= MOST_SOURCES;
  let sources = several ? coverage.sources.map(printableName) : [];
  const left = () =>
    [...kinds, ...sources].reduce(
      (rest, title) => rest - GAP - Math.max(LEAST_NUMBER, Math.min(MOST_NUMBER, [...title].length)),
      WIDTH - GAP,
    );
  for (const kind of ["functions", "branches"])
    if (left() < LEAST_LEFT) kinds = kinds.filter((each) => each !== kind);
  if (left() < LEAST_LEFT) sources = [];
  return { kinds, sources, left: left() };
}

function numberColumn(title: string): Column {
  return { title, most: MOST_NUMBER, align: "right" };
}

function sourceTable({ coverage }: Pick<ReportInput, "coverage">): string[] {
  const only = countOnly(coverage);
  const columns: Column[] = [
    { title: "source", most: 40 },
    { title: "covers", most: 12, align: "right" },
    { title: "statements", most: 16, align: "right" },
    { title: "only by it", most: 16, align: "right" },
  ];
  const rows = coverage.sources.map((name, at) => {
    const count = countOf(coverage.files, bySource(at));
    return [printableName(name), formatPercent(percentOf(count)), `${count.covered}`, `${only[at] ?? 0}`];
  });
  const all = countOf(coverage.files);
  return writeTable(columns, [...rows, ["together", formatPercent(percentOf(all)), `${all.covered}`, ""]]);
}

function judgementLine(judgement: CoverageJudgement): string {
  const { rule, subject, wanted, found, passed, problem } = judgement;
  const mark = passed ? "✔" : "✖";
  if (problem !== undefined) return `${mark} ${printableName(problem.message)}`;
  if (rule === "arrived") return `${mark} ${titleOf(rule, subject)} arrived`;
  return `${mark} ${titleOf(rule, subject)}: ${formatPercent(found)}, ${wanted} % wanted`;
}

function problemLines({ subject, message, hint }: Problem): string[] {
  const about = subject === undefined ? "" : `${subject}: `;
  return [`! ${printableName(about + message)}`, ...(hint === undefined ? [] : [`  ${printableName(hint)}`])];
}

function lackingMost(files: readonly FileCoverage<number[]>[], most: number): FileCoverage<number[]>[] {
  const lack = new Map(
    files.map((file) => {
      const { covered, total } = countOf([file]);
      return [file, total - covered];
    }),
  );
  return [...files].sort((a, b) => (lack.get(b) ?? 0) - (lack.get(a) ?? 0)).slice(0, most);
}
