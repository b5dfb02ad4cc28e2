import { appendFile } from "node:fs/promises";
import {
  type CoverageOutcome,
  formatDuration,
  formatPercent,
  type Outcome,
  type Problem,
  type TestCounts,
} from "../model/index.ts";
import { judgementText } from "./coverage.ts";

/** The file that GitHub shows on the page of a workflow's run, for whoever runs in one. */
export const STEP_SUMMARY = "GITHUB_STEP_SUMMARY";

/** Adds a run to the page. A page that cannot be written is nothing to fail for. */
export async function appendStepSummary(file: string | undefined, outcome: Outcome): Promise<void> {
  if (file === undefined || file === "") return;
  await appendFile(file, stepSummary(outcome)).catch(() => undefined);
}

/** A run as a table in GitHub's Markdown, and below it what went wrong. */
export function stepSummary(outcome: Outcome): string {
  const { suites, check, coverage, receipt, pushed } = outcome;
  const rows = [
    ...suites.map(({ name, status, counts, duration, proof }) => ({
      name,
      status,
      detail: [countsText(counts), ...(proof === undefined ? [] : [`proof: ${proof.kind}`])].join(", "),
      duration,
    })),
    ...(check === undefined ? [] : [{ ...check, name: "check", detail: countsText(check.counts) }]),
    ...(coverage === undefined
      ? []
      : [{ status: coverage.status, name: "coverage", detail: coverageText(coverage), duration: undefined }]),
    ...(receipt === undefined
      ? []
      : [{ ...receipt, name: "release", detail: receipt.tags.map(({ tag }) => tag).join(", ") }]),
  ];
  const problems = [
    ...outcome.problems,
    ...suites.flatMap(({ problem }) => problem ?? []),
    ...(check?.problem === undefined ? [] : [check.problem]),
  ];
  const lines = [
    `### ${escaped(outcome.project)}: ${outcome.status}`,
    "",
    ...(rows.length === 0 ? [] : ["| | | | |", "| --- | --- | --- | --- |"]),
    ...rows.map(
      ({ name, status, detail, duration }) =>
        `| ${MARKS[status] ?? "❌"} | ${escaped(name)} | ${escaped(detail)} | ${duration === undefined ? "" : formatDuration(duration)} |`,
    ),
    ...(pushed ?? []).map(({ target, reference }) => `- ${escaped(target)}: \`${reference}\``),
    ...problems.map(problemText),
    ...(coverage?.judgements ?? []).flatMap((judgement) =>
      judgement.passed ? [] : [`- ${escaped(judgementText(judgement))}`],
    ),
  ];
  return `${lines.join("\n")}\n\n`;
}

const MARKS: Record<string, string> = { passed: "✅", released: "✅", skipped: "➖", stopped: "⏹️" };

function coverageText({ percent, sources }: CoverageOutcome): string {
  const alone =
    sources.length < 2 ? [] : sources.map((each) => `${each.name}: ${formatPercent(each.percent)}`);
  return [formatPercent(percent), ...alone].join(", ");
}

function countsText({ passed, failed, skipped }: TestCounts): string {
  const parts = [
    `${passed} passed`,
    failed > 0 ? `${failed} failed` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function problemText({ code, message }: Problem): string {
  return `- **${code}** ${escaped(message)}`;
}

/** What people write may be no markup, and has to stay on its line. */
function escaped(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_|[\]~#]/g, "\\$&")
    .replace(/\s+/g, " ");
}
