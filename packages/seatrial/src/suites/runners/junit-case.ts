import type { TestResult, TestStatus } from "../../model/index.ts";
import { createTail, type Tail } from "../tail.ts";
import { clipEnd, count, detached } from "../text.ts";
import { parseSeconds } from "./junit-text.ts";

type Attributes = Record<string, string>;

/** Turns the elements of a report into tests. */
export interface CaseBuilder {
  open(name: string, attributes: Attributes): void;
  text(piece: string): void;
  close(name: string): void;
}

interface OpenCase {
  group: string;
  name: string;
  duration: number;
  /** The message of the first failure. */
  failure?: string | undefined;
  /** Why it was skipped. With a failure too, it was one that was expected. */
  skip?: string | undefined;
  /** Failed attempts of a test that passed in the end. */
  flaky: number;
  /** Stack traces first, then what the test printed. */
  trace: Tail;
  printed: Tail;
  skipText: string;
}

const LONGEST_NAME = 4096;
const LONGEST_MESSAGE = 4096;
const MESSAGE_LINES = 12;
const OUTPUT_WHEN_PASSED = 4096;
const LONGEST_OUTPUT = 64 * 1024;
/** The `classname` that Node's own reporter gives to every test. */
const NODE_CLASS = "test";

/** A builder for one document. */
export function createCaseBuilder(onTest: (test: TestResult) => void): CaseBuilder {
  const suites: string[] = [];
  /** The elements inside the test case that is being read. */
  const inside: string[] = [];
  let open: OpenCase | undefined;

  function begin(attributes: Attributes): OpenCase {
    const name = clipEnd(attributes["name"] ?? "", LONGEST_NAME);
    return {
      group: clipEnd(groupOf(attributes, suites), LONGEST_NAME),
      name: name === "" ? "(no name)" : name,
      duration: parseSeconds(attributes["time"]),
      flaky: 0,
      trace: createTail(LONGEST_OUTPUT / 2),
      printed: createTail(LONGEST_OUTPUT / 2),
      skipText: "",
    };
  }

  function openInCase(test: OpenCase, element: string, attributes: Attributes): void {
    inside.push(element);
    if (inside.length > 1) return;
    if (element === "failure" || element === "error") {
      test.failure ??= messageIn(attributes) ?? "";
    } else if (element === "skipped") {
      test.skip ??= messageIn(attributes) ?? "";
    } else if (element === "flakyFailure" || element === "flakyError") {
      test.flaky += 1;
    }
  }

  return {
    open(element, attributes) {
      if (open !== undefined) openInCase(open, element, attributes);
      else if (element === "testsuite") suites.push(detached(attributes["name"] ?? ""));
      else if (element === "testcase") open = begin(attributes);
    },
    text(piece) {
      const element = inside[0];
      if (open === undefined || element === undefined) return;
      if (element === "skipped") open.skipText = clipEnd(open.skipText + piece, LONGEST_MESSAGE);
      else if (element === "system-out" || element === "system-err") open.printed.add(piece);
      else if (element !== "properties") open.trace.add(piece);
    },
    close(element) {
      if (open === undefined) {
        if (element === "testsuite") suites.pop();
      } else if (inside.length > 0) inside.pop();
      else {
        onTest(resultOf(open));
        open = undefined;
      }
    },
  };
}

function groupOf(attributes: Attributes, suites: readonly string[]): string {
  const path = suites.filter((name) => name !== "").join(" > ");
  const own = attributes["classname"] ?? "";
  if (own !== "" && !(own === NODE_CLASS && (path !== "" || attributes["file"] !== undefined))) return own;
  return path === "" ? (attributes["file"] ?? own) : path;
}

function messageIn(attributes: Attributes): string | undefined {
  const text = attributes["message"]?.trim() || attributes["type"]?.trim();
  return text === undefined || text === "" ? undefined : clipLines(text);
}

function clipLines(text: string): string {
  return clipEnd(text.split("\n").slice(0, MESSAGE_LINES).join("\n"), LONGEST_MESSAGE);
}

function resultOf(test: OpenCase): TestResult {
  const { group, name, duration } = test;
  const status = statusOf(test);
  const trace = test.trace.text().trimEnd();
  const printed = test.printed.text().trimEnd();
  const limit = status === "passed" ? OUTPUT_WHEN_PASSED : undefined;
  const whole = createTail(LONGEST_OUTPUT);
  whole.add([trace, printed].filter((part) => part !== "").join("\n"));
  const output = whole.text(limit);
  return { group, name, status, duration, message: finalMessage(test, trace), output: output || undefined };
}

function statusOf(test: OpenCase): TestStatus {
  if (test.skip !== undefined) return "skipped";
  return test.failure === undefined ? "passed" : "failed";
}

function finalMessage(test: OpenCase, trace: string): string | undefined {
  if (test.skip !== undefined) return test.skip || clipLines(test.skipText.trim()) || undefined;
  if (test.failure !== undefined)
    return test.failure || clipLines(trace.trim()) || "failed without a message";
  return test.flaky === 0 ? undefined : `passed after ${count(test.flaky, "failed attempt")}`;
}
