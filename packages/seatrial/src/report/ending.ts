import path from "node:path";
import { formatDuration, type Outcome, type Problem, type SuiteOutcome } from "../model/index.ts";
import { formatProblem } from "./problem.ts";
import { formatCounts } from "./row.ts";
import type { FailedTest, RunView } from "./state.ts";
import { printable, type Style } from "./style.ts";

const MOST_FAILURES = 12;
const MOST_LINES = 25;

/** What is printed when a run has ended: failing tests, problems, where everything lies. */
export function formatEnding(options: {
  outcome: Outcome;
  view: RunView;
  folder: string;
  style: Style;
}): string[] {
  const { outcome, view, folder, style } = options;
  const problems = [
    ...outcome.problems,
    ...outcome.suites.flatMap((suite) => (suite.problem === undefined ? [] : [suite.problem])),
  ];
  return [
    ...formatFailures(view.failures, folder, style),
    ...outcome.suites.flatMap((suite) => formatServiceLines(suite, folder, style)),
    ...problems.flatMap((problem: Problem) => ["", ...formatProblem(problem, style)]),
    ...outcome.warnings.map((warning) => `${style.warn("!")} ${warning}`),
    "",
    verdict(outcome, style),
    style.dim(`results: ${folder}`),
  ];
}

function formatFailures(failures: readonly FailedTest[], folder: string, style: Style): string[] {
  const shown = failures.slice(0, MOST_FAILURES).flatMap(({ suite, test }) => {
    const output = (test.output ?? "").split("\n").filter((line) => line.trim() !== "");
    const title = [suite, test.group, test.name].filter((part) => part !== "").join(" › ");
    return [
      "",
      `${style.bad("✖")} ${style.bold(printable(title))} ${style.dim(formatDuration(test.duration))}`,
      ...(test.message ?? "")
        .split("\n")
        .slice(0, 5)
        .map((line) => `  ${printable(line)}`),
      ...(output.length > MOST_LINES ? [style.dim(`  │ … ${output.length - MOST_LINES} earlier lines`)] : []),
      ...output.slice(-MOST_LINES).map((line) => `  ${style.dim("│")} ${printable(line)}`),
    ];
  });
  const hidden = failures.length - MOST_FAILURES;
  if (hidden > 0) shown.push("", `… and ${hidden} more failing tests: ${path.join(folder, "junit.xml")}`);
  return shown;
}

function formatServiceLines(suite: SuiteOutcome, folder: string, style: Style): string[] {
  return (suite.serviceLines ?? []).flatMap(({ service, log, lines }) => [
    "",
    `${style.bold(service)} said last ${style.dim(`(whole log: ${path.join(folder, log)})`)}`,
    ...lines.map((line) => `  ${style.dim("│")} ${printable(line)}`),
  ]);
}

function verdict(outcome: Outcome, style: Style): string {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts } of outcome.suites) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  const counts = formatCounts(sum);
  const text = `${outcome.status}${counts === "" ? "" : `: ${counts}`} in ${formatDuration(outcome.duration)}`;
  return outcome.status === "passed" ? style.good(text) : style.bad(text);
}
