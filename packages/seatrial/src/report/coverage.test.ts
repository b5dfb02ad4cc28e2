import { describe, expect, it } from "vitest";
import type { CoverageOutcome, CoverageTotals, SourceOutcome } from "../model/index.ts";
import { formatCoverage, judgementText } from "./coverage.ts";
import { stepSummary } from "./step-summary.ts";
import { createStyle } from "./style.ts";
import { outcomeWith } from "./testing/outcome.ts";

const totals = (covered: number, total: number): CoverageTotals => ({
  statements: { covered, total },
  lines: { covered, total },
  branches: { covered: 0, total: 0 },
  functions: { covered: 0, total: 0 },
});

const source = (name: string, changes: Partial<SourceOutcome> = {}): SourceOutcome => ({
  name,
  totals: totals(5, 10),
  percent: 50,
  only: 0,
  profiles: 1,
  problems: [],
  ...changes,
});

function coverageWith(changes: Partial<CoverageOutcome> = {}): CoverageOutcome {
  return {
    status: "passed",
    totals: totals(8, 10),
    percent: 80,
    sources: [],
    judgements: [],
    reports: {},
    ...changes,
  };
}

const linesOf = (coverage: CoverageOutcome | undefined) =>
  formatCoverage({ coverage, folder: "/p/r1", style: createStyle(false) });

const LOW = { rule: "total", subject: "", wanted: 90, found: 80, passed: false } as const;

describe("coverage at a run's end", () => {
  it("is nothing where none was collected", () => {
    expect(linesOf(undefined)).toEqual([]);
  });

  it("is the whole, each source by itself with what only it reached, and where the reports are", () => {
    const sources = [
      source("unit", { only: 1 }),
      source("integration", { percent: 30, only: 3, profiles: 4 }),
    ];
    expect(linesOf(coverageWith({ sources, reports: { html: "coverage/html/index.html" } }))).toEqual([
      "",
      "coverage       80.0 %  8 of 10 statements",
      "  unit         50.0 %  1 profile, 1 statement by nothing else",
      "  integration  30.0 %  4 profiles, 3 statements by nothing else",
      "html: /p/r1/coverage/html/index.html",
    ]);
  });

  it("counts lines where a tool knows no statements, and says when there is nothing to count", () => {
    const lines = { ...totals(0, 0), lines: { covered: 3, total: 4 } };
    expect(linesOf(coverageWith({ totals: lines, percent: 75 }))[1]).toContain("3 of 4 lines");
    expect(linesOf(coverageWith({ totals: totals(0, 0), percent: undefined }))[1]).toContain(
      "nothing to count",
    );
  });

  it("leaves out tests that only ask a program which is measured, unless something went wrong there", () => {
    const problem = { code: "COVERAGE_NOT_TAKEN", message: "it was too much" };
    const sources = [
      source("api", { profiles: 0 }),
      source("web", { profiles: 0, problems: [problem] }),
      source("unit"),
    ];
    const text = linesOf(coverageWith({ sources })).join("\n");
    expect(text).not.toContain("api");
    // Nothing was measured, which is not 0 %.
    expect(text).toMatch(/web +– {2}no profile/);
    expect(text).toContain("! it was too much");
  });

  it("tells which rules are broken, in the words of their problem where they have one", () => {
    const problem = { code: "COVERAGE_TOO_LOW", message: "In total 80 %, 90 % wanted", hint: "test more" };
    const text = linesOf(
      coverageWith({
        judgements: [
          { ...LOW, problem },
          { ...LOW, passed: true },
        ],
      }),
    ).join("\n");
    expect(text).toContain("✖ In total 80 %, 90 % wanted [COVERAGE_TOO_LOW]");
    expect(linesOf(coverageWith({ judgements: [LOW] })).join("\n")).toContain(
      "✖ coverage in total is 80.0 % where 90 % is asked for",
    );
  });

  it("does not go on about problems for ever, and lets none of them write to the terminal", () => {
    const problems = Array.from({ length: 9 }, (_, at) => ({
      code: "X",
      message: `no ${at} \u001b[31m\nred`,
    }));
    const lines = linesOf(coverageWith({ sources: [source("a", { problems })] }));
    expect(lines.filter((line) => line.startsWith("! no"))).toHaveLength(6);
    expect(lines.join("\n")).toContain("… and 3 more about coverage");
    expect(lines.join("\n")).not.toContain("\u001b");
  });

  it.each([
    [
      { ...LOW, rule: "files", subject: "a/**" } as const,
      "coverage of a/** is 80.0 % where 90 % is asked for",
    ],
    [
      { ...LOW, rule: "source", subject: "unit" } as const,
      "coverage by unit alone is 80.0 % where 90 % is asked for",
    ],
    [
      { ...LOW, rule: "changed", subject: "main", found: undefined } as const,
      "coverage of lines changed since main is – where 90 % is asked for",
    ],
    [{ rule: "arrived", subject: "api", passed: false } as const, "coverage of api did not arrive"],
  ])("has words for each rule: %j", (judgement, text) => {
    expect(judgementText(judgement)).toBe(text);
  });
});

describe("coverage in the summary of a step", () => {
  it("is a row with each source, and a line for each broken rule", () => {
    const coverage = coverageWith({
      status: "failed",
      sources: [source("unit"), source("a|b", { percent: undefined })],
      judgements: [LOW],
    });
    const text = stepSummary(outcomeWith({ status: "failed", coverage }));
    expect(text).toContain("| ❌ | coverage | 80.0 %, unit: 50.0 %, a\\|b: – |  |\n");
    expect(text).toContain("- coverage in total is 80.0 % where 90 % is asked for\n");
  });
});
