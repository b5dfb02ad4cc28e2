import path from "node:path";
import {
  type CoverageCount,
  type CoverageJudgement,
  type CoverageOutcome,
  formatPercent,
  type Problem,
  type SourceOutcome,
} from "../model/index.ts";
import { formatProblem } from "./problem.ts";
import { onOneLine, type Style } from "./style.ts";

const MOST_PROBLEMS = 6;

/** What tests reached, source by source, and what was asked of it. Empty where nothing was collected. */
export function formatCoverage(options: {
  coverage: CoverageOutcome | undefined;
  folder: string;
  style: Style;
}): string[] {
  const { coverage, folder, style } = options;
  if (coverage === undefined) return [];
  const { judgements, reports, totals } = coverage;
  // Tests that only ask a program which is measured leave nothing themselves.
  const sources = coverage.sources.filter(({ profiles, problems }) => profiles > 0 || problems.length > 0);
  const width = Math.max(8, ...sources.map(({ name }) => onOneLine(name).length + 2));
  const failed = judgements.filter(({ passed }) => !passed);
  return [
    "",
    `${style.bold("coverage".padEnd(width))} ${formatPercent(coverage.percent).padStart(7)}  ${style.dim(countText(countOf(totals)))}`,
    ...sources.map((source) => sourceLine(source, { width, style, alone: sources.length === 1 })),
    ...failed.flatMap((judgement) => formatJudgement(judgement, style)),
    ...formatProblems([...sources.flatMap((source) => source.problems), ...(coverage.problems ?? [])], style),
    ...Object.entries(reports).map(([format, file]) => style.dim(`${format}: ${path.join(folder, file)}`)),
  ];
}

/** `total: 78.2 % where 80 % is asked for`, for people. */
export function judgementText({ rule, subject, wanted, found }: CoverageJudgement): string {
  if (rule === "arrived") return `coverage of ${subject} did not arrive`;
  const what = {
    total: "coverage in total",
    files: `coverage of ${subject}`,
    source: `coverage by ${subject} alone`,
    changed: `coverage of lines changed since ${subject}`,
  }[rule];
  return `${what} is ${formatPercent(found)} where ${wanted ?? 0} % is asked for`;
}

function sourceLine(
  source: SourceOutcome,
  { width, style, alone }: { width: number; style: Style; alone: boolean },
): string {
  const { name, percent, only, profiles } = source;
  // Nothing of it was read: that is no 0 %.
  if (profiles === 0)
    return `  ${onOneLine(name).padEnd(width - 2)} ${"–".padStart(7)}  ${style.dim("no profile")}`;
  const further = [
    `${profiles} ${profiles === 1 ? "profile" : "profiles"}`,
    ...(alone || only === 0 ? [] : [`${only} ${only === 1 ? "statement" : "statements"} by nothing else`]),
  ];
  return `  ${onOneLine(name).padEnd(width - 2)} ${formatPercent(percent).padStart(7)}  ${style.dim(further.join(", "))}`;
}

function formatJudgement(judgement: CoverageJudgement, style: Style): string[] {
  if (judgement.problem !== undefined) return formatProblem(judgement.problem, style);
  return [`${style.bad("✖")} ${style.bold(onOneLine(judgementText(judgement)))}`];
}

function formatProblems(problems: readonly Problem[], style: Style): string[] {
  const shown = problems
    .slice(0, MOST_PROBLEMS)
    .flatMap(({ message, hint }) => [
      `${style.warn("!")} ${onOneLine(message)}`,
      ...(hint === undefined ? [] : [`  ${style.dim("hint:")} ${onOneLine(hint)}`]),
    ]);
  const hidden = problems.length - MOST_PROBLEMS;
  return hidden > 0 ? [...shown, `… and ${hidden} more about coverage: outcome.json`] : shown;
}

/** What the percentage is of: statements, and lines where a tool knows no statements. */
function countOf({ statements, lines }: CoverageOutcome["totals"]): CoverageCount & { noun: string } {
  return statements.total > 0 ? { ...statements, noun: "statements" } : { ...lines, noun: "lines" };
}

function countText({ covered, total, noun }: CoverageCount & { noun: string }): string {
  return total === 0 ? "nothing to count" : `${covered} of ${total} ${noun}`;
}
