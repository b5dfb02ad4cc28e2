import path from "node:path";
import { formatDuration, type Outcome, type Problem, type SuiteOutcome } from "../model/index.ts";
import { formatCoverage } from "./coverage.ts";
import { formatProblem, formatWarning } from "./problem.ts";
import { formatReading } from "./reading.ts";
import { formatCounts } from "./row.ts";
import type { FailedTest, RunView, Warning } from "./state.ts";
import { onOneLine, printable, type Style } from "./style.ts";

const MOST_FAILURES = 12;
/** Of its output. */
const MOST_LINES = 25;
const LEAST_LINES = 3;
const MOST_MESSAGE_LINES = 5;
const MOST_TOGETHER = 120;
const MOST_WARNINGS = 10;

/** What is printed when a run has ended: failing tests, problems, where everything lies. */
export function formatEnding(options: {
  outcome: Outcome;
  view: RunView;
  /** Those that were not told yet. */
  warnings: readonly Warning[];
  folder: string;
  style: Style;
}): string[] {
  const { outcome, view, warnings, folder, style } = options;
  const problems = [
    ...outcome.problems,
    ...[...outcome.suites, ...(outcome.check === undefined ? [] : [outcome.check])].flatMap(
      ({ problem }) => problem ?? [],
    ),
  ];
  return [
    ...formatFailures(view.failures, folder, style),
    ...distinctLines(outcome.suites).flatMap((said) => formatServiceLines(said, folder, style)),
    ...distinct(problems).flatMap((problem) => ["", ...formatProblem(problem, style)]),
    ...formatWarnings(warnings, folder, style),
    ...formatCoverage({ coverage: outcome.coverage, folder, style }),
    "",
    // Beside suites the row of the check says the most important of it.
    ...(outcome.suites.length === 0 && outcome.check?.reading !== undefined
      ? [...formatReading(outcome.check.reading), ""]
      : []),
    verdict(outcome, view, style),
    style.dim(`results: ${folder}`),
  ];
}

/** What several suites have failed for is told once: a template that they all need, for one. */
function distinct(problems: readonly Problem[]): Problem[] {
  return problems.filter(
    ({ code, message }, at) =>
      problems.findIndex((other) => other.code === code && other.message === message) === at,
  );
}

function formatFailures(failures: readonly FailedTest[], folder: string, style: Style): string[] {
  const shown: string[] = [];
  for (const failure of failures.slice(0, MOST_FAILURES)) {
    // The first ones tell the most: what follows from them needs less room.
    const room = Math.max(LEAST_LINES, Math.min(MOST_LINES, MOST_TOGETHER - shown.length));
    shown.push("", ...formatFailure(failure, room, style));
  }
  const hidden = failures.length - MOST_FAILURES;
  if (hidden > 0) shown.push("", `… and ${hidden} more failing tests: ${path.join(folder, "junit.xml")}`);
  return shown;
}

function formatFailure({ suite, test }: FailedTest, room: number, style: Style): string[] {
  const output = (test.output ?? "").split("\n").filter((line) => line.trim() !== "");
  const title = [suite, test.group, test.name].filter((part) => part !== "").join(" › ");
  const message = (test.message ?? "").split("\n").slice(0, MOST_MESSAGE_LINES);
  return [
    `${style.bad("✖")} ${style.bold(onOneLine(title))} ${style.dim(formatDuration(test.duration))}`,
    ...message.map((line) => `  ${printable(line)}`),
    ...(output.length > room ? [style.dim(`  │ … ${output.length - room} earlier lines`)] : []),
    ...output.slice(-room).map((line) => `  ${style.dim("│")} ${printable(line)}`),
  ];
}

function formatWarnings(warnings: readonly Warning[], folder: string, style: Style): string[] {
  const shown = warnings.slice(0, MOST_WARNINGS).flatMap((warning) => formatWarning(warning, style));
  const hidden = warnings.length - MOST_WARNINGS;
  if (hidden > 0) shown.push(`… and ${hidden} more warnings: ${path.join(folder, "outcome.json")}`);
  return shown;
}

type ServiceLines = NonNullable<SuiteOutcome["serviceLines"]>[number];

/** Suites that ran at the same time heard the same of a service: it is told once. */
function distinctLines(suites: readonly SuiteOutcome[]): ServiceLines[] {
  const all = suites.flatMap(({ serviceLines }) => serviceLines ?? []);
  const keys = all.map(({ log, lines }) => [log, ...lines].join("\n"));
  return all.filter((_, at) => keys.indexOf(keys[at] ?? "") === at);
}

function formatServiceLines({ service, log, lines }: ServiceLines, folder: string, style: Style): string[] {
  return [
    "",
    `${style.bold(service)} said last ${style.dim(`(whole log: ${path.join(folder, log)})`)}`,
    ...lines.map((line) => `  ${style.dim("│")} ${printable(line)}`),
  ];
}

const MOST_REASONS = 3;

/** What made a run fail that is no failing test. What a suite failed for lies elsewhere where something else has failed. */
function otherReasons(outcome: Outcome, view: RunView): string[] {
  if (outcome.status !== "failed") return [];
  const failed = [...view.rows.values()].filter(
    ({ state, counts }) => state === "failed" && counts.failed === 0,
  );
  const roots = failed.filter(({ node }) => node.kind !== "suite");
  const names = (roots.length > 0 ? roots : failed).map(({ node: { kind, name } }) =>
    kind === name ? name : `${kind} ${onOneLine(name)}`,
  );
  const others = names.length - MOST_REASONS;
  return others > 0 ? [...names.slice(0, MOST_REASONS), `${others} more`] : names;
}

function verdict(outcome: Outcome, view: RunView, style: Style): string {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts } of [...outcome.suites, ...(outcome.check === undefined ? [] : [outcome.check])]) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  const reasons = otherReasons(outcome, view);
  // A run that failed and names no reason would contradict tests that have all passed.
  if (outcome.status === "failed" && reasons.length === 0 && sum.failed === 0)
    reasons.push(...outcome.problems.slice(0, 1).map(({ subject, code }) => subject ?? code));
  const said = [reasons.join(", "), formatCounts(sum)].filter((part) => part !== "").join("; ");
  const text = `${outcome.status}${said === "" ? "" : `: ${said}`} in ${formatDuration(outcome.duration)}`;
  return outcome.status === "passed" ? style.good(text) : style.bad(text);
}
