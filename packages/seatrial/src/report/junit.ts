import type { Outcome, Problem, RunEvent, SuiteOutcome, TestResult } from "../model/index.ts";
import { element, escapeXml } from "./xml.ts";

/** The merged JUnit file of a run: every suite of every shard, and what failed without being a test. */
export function createJunitReport(): { take(event: RunEvent): void; render(outcome: Outcome): string } {
  const tests = new Map<string, TestResult[]>();
  return {
    take(event) {
      if (event.type !== "test-finished") return;
      const list = tests.get(event.suite) ?? [];
      list.push(event.test);
      tests.set(event.suite, list);
    },
    render(outcome) {
      const suites = outcome.suites
        .filter((suite) => suite.status !== "skipped")
        .map((suite) => suiteElement(suite, tests.get(suite.name) ?? [], outcome.startedAt));
      if (outcome.problems.length > 0) suites.push(problemSuite(outcome.problems));
      const counts = outcome.suites.map((suite) => suite.counts);
      const sum = (key: "passed" | "failed" | "skipped") =>
        counts.reduce((total, each) => total + each[key], 0);
      const attributes = {
        name: outcome.project,
        tests: sum("passed") + sum("failed") + sum("skipped"),
        failures: sum("failed"),
        skipped: sum("skipped"),
        errors:
          outcome.problems.length + outcome.suites.filter((suite) => suite.problem !== undefined).length,
        time: seconds(outcome.duration),
      };
      return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", attributes, suites)}\n`;
    },
  };
}

function suiteElement(suite: SuiteOutcome, tests: readonly TestResult[], timestamp: string): string {
  const cases = tests.map(caseElement);
  if (suite.problem !== undefined) cases.push(problemCase(suite.name, suite.problem));
  const properties = [
    ["image", suite.imageId],
    ["proof", suite.proof?.kind],
  ].flatMap(([name, value]) => (value === undefined ? [] : [element("property", { name, value })]));
  return `\n${element(
    "testsuite",
    {
      name: suite.name,
      tests: tests.length,
      failures: suite.counts.failed,
      skipped: suite.counts.skipped,
      errors: suite.problem === undefined ? 0 : 1,
      time: seconds(suite.duration),
      timestamp,
    },
    [element("properties", {}, properties), ...cases],
  )}`;
}

function caseElement(test: TestResult): string {
  const children: string[] = [];
  if (test.status === "failed") {
    children.push(
      element("failure", { message: test.message ?? "failed" }, escapeXml(test.output ?? test.message ?? "")),
    );
  } else if (test.status === "skipped") {
    children.push(element("skipped", { message: test.message }));
  }
  if (test.status !== "failed" && test.output !== undefined) {
    children.push(element("system-out", {}, escapeXml(test.output)));
  }
  return `\n${element("testcase", { classname: test.group, name: test.name, time: seconds(test.duration) }, children)}`;
}

function problemSuite(problems: readonly Problem[]): string {
  const cases = problems.map((problem) => problemCase(problem.subject ?? "run", problem));
  return `\n${element("testsuite", { name: "seatrial", tests: cases.length, failures: 0, errors: cases.length }, cases)}`;
}

function problemCase(name: string, problem: Problem): string {
  const text = [problem.message, problem.hint, ...(problem.lastLines ?? [])].filter(
    (line) => line !== undefined,
  );
  const error = element(
    "error",
    { type: problem.code, message: problem.message },
    escapeXml(text.join("\n")),
  );
  return `\n${element("testcase", { classname: "seatrial", name }, [error])}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
