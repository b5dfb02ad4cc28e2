import type { TestResult, TestStatus } from "../../model/index.ts";
import { createTail, type Tail } from "../tail.ts";
import { detached } from "../text.ts";
import { type Crash, createCrash } from "./go-crash.ts";
import { MARKER } from "./go-marker.ts";
import { messageOfOutput } from "./go-message.ts";

const UPDATE = /^=== (RUN|PAUSE|CONT|NAME|ATTR|ARTIFACTS|PASS|FAIL|SKIP) +(.*)$/;
const REPORT = /^((?: {4})*)--- (PASS|FAIL|SKIP): (.*?)(?: \((\d+(?:\.\d+)?)s\))?$/;
const BENCHMARK = /^Benchmark(?!\p{Ll})/u;
const BENCH = /^(?: {4})*--- BENCH: /;
const OUTPUT_WHEN_PASSED = 4096;
const STATUS: Record<string, TestStatus> = { PASS: "passed", FAIL: "failed", SKIP: "skipped" };

export interface GoOutputOptions {
  /** The package, which becomes the tests' group. */
  group: string;
  /** `-test.v=test2json`: framing lines carry a marker. Without it everything that looks like one is believed. */
  framed: boolean;
  onStarted: (name: string) => void;
  onFinished: (test: TestResult) => void;
  now: () => number;
}

/** Turns what a Go test binary prints into tests, as test2json would. */
export interface GoOutput {
  /** Takes complete lines. */
  stdout(text: string): void;
  stderr(text: string): void;
  /** Ends the reading. Tests that never finished fail: with the panic, or for `reason`. */
  end(reason: string): GoSummary;
}

export interface GoSummary {
  tests: number;
  /** The binary's last word. Absent when it never came to it. */
  verdict?: "PASS" | "FAIL" | undefined;
  /** The runtime's last words, if it crashed. */
  crash?: Crash | undefined;
  /** The last output that belongs to no test. */
  loose: Tail;
}

interface OpenTest {
  name: string;
  since: number;
  output: Tail;
  failedSubtests: string[];
}

interface Report extends OpenTest {
  status: TestStatus;
  duration: number;
  message?: string | undefined;
}

/** A reader for one process. */
export function createGoOutput(options: GoOutputOptions): GoOutput {
  const { framed, group, now } = options;
  const open = new Map<string, OpenTest>();
  /** Reported, but their output may still go on: by depth, the innermost last. */
  const reports: Report[] = [];
  /** Subtests that were reported just before their parents. */
  const before: Report[] = [];
  /** Those that are being finished, in this order. */
  let ending: Report[] = [];
  const loose = createTail();
  const crash = createCrash();
  let current: OpenTest | undefined;
  let verdict: "PASS" | "FAIL" | undefined;
  let tests = 0;

  const newTest = (name: string): OpenTest => ({
    name,
    since: now(),
    output: createTail(),
    failedSubtests: [],
  });

  function output(text: string): void {
    (current?.output ?? loose).add(text);
  }

  function finish(test: Report): void {
    tests += 1;
    const { name, status, duration } = test;
    const failed = status === "failed";
    if (failed) parentOf(name)?.failedSubtests.push(name);
    const text = test.output.text(failed ? undefined : OUTPUT_WHEN_PASSED);
    options.onFinished({
      group,
      name,
      status,
      duration,
      message: test.message ?? messageOfOutput({ status, output: text, failedSubtests: test.failedSubtests }),
      output: text === "" ? undefined : text,
    });
  }

  function parentOf(name: string): OpenTest | undefined {
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
      const parent = name.slice(0, at);
      const found = open.get(parent) ?? [...ending, ...reports].find((each) => each.name === parent);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function flush(depth: number, next?: string): void {
    const ended = reports.splice(depth).reverse();
    // A panic is printed after all of them; it belongs to the innermost.
    if (next !== undefined && ended.every((each) => each.name.startsWith(`${next}/`))) before.push(...ended);
    else {
      ending = [...before.splice(0), ...ended];
      for (const report of ending) finish(report);
      ending = [];
    }
  }

  function update(action: string, rest: string): void {
    flush(0);
    const name = detached(
      action === "ATTR" || action === "ARTIFACTS" ? (rest.split(" ")[0] ?? "") : rest.trim(),
    );
    if (action === "RUN" && !BENCHMARK.test(name)) {
      open.set(name, newTest(name));
      options.onStarted(name);
    }
    current = open.get(name);
  }

  function report(options: { depth: number; status: TestStatus; name: string; seconds: string }): boolean {
    const { depth, status, seconds } = options;
    // Deeper than the reports above it: something that a test printed.
    if (depth > reports.length) return false;
    const name = detached(options.name.trim());
    flush(depth, name);
    const test = open.get(name) ?? newTest(name);
    open.delete(name);
    current = test;
    const duration = seconds === "" ? now() - test.since : Number(seconds) * 1000;
    reports.push({ ...test, status, duration: Math.round(duration) });
    return true;
  }

  /** True when the line was framing. */
  function framing(line: string): boolean {
    if (line === "PASS" || line === "FAIL") {
      flush(0);
      current = undefined;
      verdict = line;
      return true;
    }
    const [, action, rest] = UPDATE.exec(line) ?? (line === "=== NAME" ? ["", "NAME", ""] : []);
    if (action !== undefined && rest !== undefined) {
      update(action, rest);
      return true;
    }
    const [, indent = "", word = "", name, seconds = ""] = REPORT.exec(line) ?? [];
    const status = STATUS[word];
    if (name !== undefined && status !== undefined)
      return report({ depth: indent.length / 4, status, name, seconds });
    return BENCH.test(line);
  }

  function plain(line: string): void {
    const depth = (/^(?: {4})+/.exec(line)?.[0].length ?? 0) / 4;
    // Under a report, the indentation tells whose output it is.
    const owner = depth > 0 ? reports[depth - 1] : undefined;
    if (owner !== undefined) current = owner;
    output(line);
  }

  function line(text: string): void {
    const bare = text.replace(/\r?\n$/, "");
    if (!framed) {
      if (!framing(bare)) plain(text);
    } else if (!bare.startsWith(MARKER)) plain(text);
    else if (!framing(bare.slice(1))) plain(text.slice(1));
  }

  return {
    stdout(text) {
      crash.read(text);
      // Most of a loud test's output holds no framing at all.
      if (framed && reports.length === 0 && !text.includes(MARKER)) {
        output(text);
        return;
      }
      for (const each of text.match(framed ? /\x16?[^\n\x16]*\n|\x16?[^\n\x16]+/g : /[^\n]*\n|[^\n]+/g) ?? [])
        line(each);
    },
    stderr(text) {
      crash.read(text);
      output(text);
    },
    end(reason) {
      // A binary that came to its last word did not crash, whatever its tests printed.
      const headline = verdict === undefined ? crash.headline : undefined;
      const last = before[0] ?? reports.at(-1);
      const culprit = headline !== undefined && last?.status === "failed" ? last : undefined;
      if (culprit !== undefined) culprit.message = headline;
      flush(0);
      // A test ends after its subtests: the last one started is the innermost.
      for (const test of [...open.values()].reverse()) {
        const duration = Math.round(now() - test.since);
        const blamed = culprit === undefined && (crash.running.size === 0 || crash.running.has(test.name));
        const bystander = `did not finish: the package's tests ended with ${headline}`;
        const message = headline === undefined ? reason : blamed ? headline : bystander;
        finish({ ...test, status: "failed", duration, message });
      }
      open.clear();
      return { tests, verdict, crash: headline === undefined ? undefined : crash, loose };
    },
  };
}
