import type { CheckOutcome, Outcome, Problem, RunEvent, SuiteOutcome, TestResult } from "../model/index.ts";
import { element, escapeXml } from "./xml.ts";

export interface JunitReport {
  take(event: RunEvent): void;
  /** The whole run as one file. */
  render(outcome: Outcome): string;
  /** One suite as a file of its own: what an attestation speaks of. */
  renderSuite(suite: SuiteOutcome, outcome: Outcome): string;
}

/** The merged JUnit file of a run: every suite of every shard, and what failed without being a test. */
export function createJunitReport(): JunitReport {
  const tests = new Map<string, TestResult[]>();
  return {
    take(event) {
      // The cases of checks are in their outcome.
      if (event.type !== "test-finished" || event.shard === 0) return;
      const list = tests.get(event.suite) ?? [];
      list.push(event.test);
      tests.set(event.suite, list);
    },
    renderSuite: (suite, outcome) =>
      file(outcome, [suiteOf(suite, tests.get(suite.name) ?? [], outcome.startedAt)], suite.duration),
    render(outcome) {
      const suites = outcome.suites
        .filter((suite) => suite.status !== "skipped")
        .map((suite) => suiteOf(suite, tests.get(suite.name) ?? [], outcome.startedAt));
      if (outcome.check !== undefined) suites.push(checkSuite(outcome.check, outcome.startedAt));
      if (outcome.problems.length > 0) suites.push(problemSuite(outcome.problems));
      return file(outcome, suites, outcome.duration);
    },
  };
}

function file({ project }: Outcome, suites: readonly CountedSuite[], duration: number): string {
  const sum = (key: keyof Counts) => suites.reduce((total, { counts }) => total + counts[key], 0);
  const attributes = {
    name: project,
    tests: sum("tests"),
    failures: sum("failures"),
    skipped: sum("skipped"),
    errors: sum("errors"),
    time: seconds(duration),
  };
  const inner = suites.map(({ xml }) => xml);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", attributes, inner)}\n`;
}

/** What readers of the format check: `tests` is the number of cases, those of problems included. */
interface Counts {
  tests: number;
  failures: number;
  skipped: number;
  errors: number;
}

interface CountedSuite {
  xml: string;
  counts: Counts;
}

function checkSuite(check: CheckOutcome, timestamp: string): CountedSuite {
  const { imageId, duration, problem, results } = check;
  return suiteOf({ name: "check", imageId, duration, problem }, results, timestamp);
}

/** What suites and checks have in common. */
type Judged = Pick<SuiteOutcome, "name" | "imageId" | "duration" | "problem" | "proof" | "spaces">;

function suiteOf(suite: Judged, tests: readonly TestResult[], timestamp: string): CountedSuite {
  const cases = tests.map(caseElement);
  if (suite.problem !== undefined) cases.push(problemCase(suite.name, suite.problem));
  const properties = [
    ["image", suite.imageId],
    ["proof", suite.proof?.kind],
    ["spaces", suite.spaces],
  ].flatMap(([name, value]) => (value === undefined ? [] : [element("property", { name, value })]));
  const number = (status: TestResult["status"]) => tests.filter((test) => test.status === status).length;
  const counts: Counts = {
    tests: cases.length,
    failures: number("failed"),
    skipped: number("skipped"),
    errors: suite.problem === undefined ? 0 : 1,
  };
  const attributes = { name: suite.name, ...counts, time: seconds(suite.duration), timestamp };
  const children = [element("properties", {}, properties), ...cases];
  return { xml: `\n${element("testsuite", attributes, children)}`, counts };
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

function problemSuite(problems: readonly Problem[]): CountedSuite {
  const cases = problems.map((problem) => problemCase(problem.subject ?? "run", problem));
  const counts: Counts = { tests: cases.length, failures: 0, skipped: 0, errors: cases.length };
  return { xml: `\n${element("testsuite", { name: "seatrial", ...counts }, cases)}`, counts };
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
