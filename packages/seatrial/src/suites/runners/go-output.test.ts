import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TestResult } from "../../model/index.ts";
import { createLineGatherer } from "../lines.ts";
import { createGoOutput } from "./go-output.ts";

const recorded = path.resolve(import.meta.dirname, "../../../../../fixtures/suites/go/recorded");

interface Recording {
  framed: boolean;
  exit: { code: number | null };
  chunks: ["stdout" | "stderr", string][];
  events: { Action: string; Test?: string; Elapsed?: number }[];
}

function recording(name: string): Recording {
  return JSON.parse(readFileSync(path.join(recorded, `${name}.json`), "utf8")) as Recording;
}

/** Reads chunks as the runner does: in complete lines, for each stream. */
function read(options: { framed: boolean; chunks: ["stdout" | "stderr", Buffer][]; reason?: string }) {
  const started: string[] = [];
  const tests: TestResult[] = [];
  const output = createGoOutput({
    group: "pkg",
    framed: options.framed,
    onStarted: (name) => void started.push(name),
    onFinished: (each) => void tests.push(each),
    now: () => 0,
  });
  const gatherers = { stdout: createLineGatherer(), stderr: createLineGatherer() };
  for (const [stream, data] of options.chunks) {
    const lines = gatherers[stream].push(data);
    if (lines !== undefined) output[stream](lines.toString());
  }
  for (const stream of ["stdout", "stderr"] as const) {
    const rest = gatherers[stream].end();
    if (rest !== undefined) output[stream](rest.toString());
  }
  return { started, tests, summary: output.end(options.reason ?? "the process ended") };
}

function readRecording(name: string) {
  const { framed, chunks } = recording(name);
  return read({ framed, chunks: chunks.map(([stream, data]) => [stream, Buffer.from(data, "base64")]) });
}

function readText(text: string, framed = true) {
  return read({ framed, chunks: [["stdout", Buffer.from(text.replaceAll("^", "\x16"))]] });
}

const byName = (tests: TestResult[]) => Object.fromEntries(tests.map((each) => [each.name, each]));
const VERDICTS: Record<string, string> = { pass: "passed", fail: "failed", skip: "skipped" };
const all = readdirSync(recorded).map((file) => file.replace(/\.json$/, ""));

/** What a TestMain printed before the first marker: test2json still believes it. */
const FAKES = ["TestFromMain"];

describe("agrees with test2json about every test that finished", () => {
  for (const name of all) {
    test(name, () => {
      const { events } = recording(name);
      const expected = events
        .filter((event) => event.Test !== undefined && event.Action in VERDICTS)
        .map((event) => [event.Test, VERDICTS[event.Action]]);
      const { tests, started } = readRecording(name);
      const finished = tests.filter(
        (each) => !each.message?.includes("the process ended") && !unfinished(name, each),
      );
      expect(finished.map((each) => [each.name, each.status]).sort()).toEqual(expected.sort());
      const ran = events.filter((event) => event.Action === "run" && !event.Test?.startsWith("Benchmark"));
      const fakes = recording(name).framed ? FAKES : [];
      expect(started).toEqual(ran.map((event) => event.Test ?? "").filter((each) => !fakes.includes(each)));
    });
  }
  /** Those that test2json leaves open: we fail them. */
  function unfinished(name: string, each: TestResult): boolean {
    return !recording(name).events.some((event) => event.Test === each.name && event.Action in VERDICTS);
  }
});

test("what a test logged last is its message, with the lines that belong to it", () => {
  const tests = byName(readRecording("mixed").tests);
  expect(tests["TestFail"]?.message).toBe("mixed_test.go:13: got 1, want 2");
  expect(tests["TestTable/with_blank"]?.message).toBe("mixed_test.go:22: multi\n    line\n    \tmessage");
  expect(tests["TestSkip"]?.message).toBe("mixed_test.go:16: no network here");
  expect(tests["TestPass"]?.message).toBeUndefined();
});

test("a parent that failed only in a subtest says in which", () => {
  for (const name of ["mixed", "mixed-plain"])
    expect(byName(readRecording(name).tests)["TestTable"]?.message).toBe("failed in TestTable/with_blank");
});

test("output belongs to the test that was running", () => {
  const tests = byName(readRecording("mixed").tests);
  expect(tests["TestNoNewline"]?.output).toBe("no newline at the end");
  expect(tests["TestStderr"]?.output).toBe("to stderr\n");
  expect(tests["TestPass"]?.output).toContain("all is well");
});

test("a test that prints framing lines fools nobody", () => {
  const { tests, summary } = readRecording("mixed");
  expect(tests.filter((each) => each.name.startsWith("TestFake"))).toEqual([]);
  expect(byName(tests)["TestLooksLikeFraming"]?.output).toContain("--- FAIL: TestFake");
  expect(summary.verdict).toBe("FAIL");
  expect(readRecording("plain").tests.map((each) => each.name)).toEqual(["TestOne"]);
});

test("a panic fails the innermost test with its words, and its stack is the output", () => {
  for (const name of ["panics", "panics-plain"]) {
    const { tests, summary } = readRecording(name);
    const { "TestPanics/inside": inside, TestPanics, TestBefore } = byName(tests);
    expect(inside).toMatchObject({ status: "failed" });
    expect(inside?.message).toMatch(/^panic: assignment to entry in nil map/);
    expect(TestPanics?.message).toBe("failed in TestPanics/inside");
    expect(TestBefore?.status).toBe("passed");
    expect(tests.some((each) => each.output?.includes("goroutine"))).toBe(true);
    expect(summary).toMatchObject({ verdict: undefined });
    expect(summary.crash?.timedOut).toBe(false);
  }
});

test("os.Exit in a test fails the test that was running", () => {
  const { tests, summary } = readRecording("exits");
  expect(byName(tests)["TestExits"]).toMatchObject({
    status: "failed",
    message: "the process ended",
    output: "leaving\n",
  });
  expect(summary.verdict).toBeUndefined();
  expect(byName(readRecording("exitszero").tests)["TestExitsZero"]?.message).toBe(
    "panic: unexpected call to os.Exit(0) during test [recovered, repanicked]",
  );
});

test("a time-out names the tests that were running and keeps the ones that were done", () => {
  const { tests, summary } = readRecording("hangs");
  const { TestQuick, TestHangs, "TestHangs/forever": forever } = byName(tests);
  expect(TestQuick?.status).toBe("passed");
  expect(forever?.message).toBe("panic: test timed out after 300ms");
  expect(TestHangs?.status).toBe("failed");
  expect(summary.crash).toMatchObject({ timedOut: true });
  expect([...(summary.crash?.running ?? [])]).toEqual(["TestHangs", "TestHangs/forever"]);
});

test("a time-out names the running tests also when the runtime prints line by line", () => {
  const lines = ["panic: test timed out after 2s\n", "\trunning tests:\n", "\t\tTestHangs (2s)\n", "\n"];
  const { summary } = read({
    framed: true,
    chunks: [
      ["stdout", Buffer.from("\x16=== RUN   TestHangs\n")],
      ...lines.map((line): ["stderr", Buffer] => ["stderr", Buffer.from(line)]),
    ],
  });
  expect([...(summary.crash?.running ?? [])]).toEqual(["TestHangs"]);
});

test("the list of running tests may arrive line by line, on either stream", () => {
  const dump = [
    "panic: test timed out after 1s\n",
    "\trunning tests:\n",
    "\t\tTestA (1s)\n",
    "\t\tTestB (1s)\n",
    "\n",
    "\t\tTestC (x)\n",
  ];
  for (const stream of ["stdout", "stderr"] as const) {
    const { summary } = read({ framed: true, chunks: dump.map((line) => [stream, Buffer.from(line)]) });
    expect([...(summary.crash?.running ?? [])]).toEqual(["TestA", "TestB"]);
  }
});

test("tests that another test's panic took along say so", () => {
  const { tests } = read({
    framed: true,
    chunks: [
      [
        "stdout",
        Buffer.from(
          "\x16=== RUN   TestA\n\x16=== PAUSE TestA\n\x16=== RUN   TestB\n\x16--- FAIL: TestB (0.00s)\n",
        ),
      ],
      ["stderr", Buffer.from("panic: boom\n\ngoroutine 1 [running]:\n")],
    ],
  });
  expect(byName(tests)["TestB"]?.message).toBe("panic: boom");
  expect(byName(tests)["TestA"]?.message).toBe("did not finish: the package's tests ended with panic: boom");
});

test("a race report belongs to the test that was running", () => {
  const { tests } = readRecording("race");
  expect(tests).toMatchObject([{ name: "TestRace", status: "failed" }]);
  expect(tests[0]?.output).toContain("WARNING: DATA RACE");
});

test("benchmarks are no tests", () => {
  expect(readRecording("bench")).toMatchObject({ tests: [], summary: { tests: 0, verdict: "PASS" } });
});

test("durations are milliseconds", () => {
  const { tests } = readText("^=== RUN   TestA\n^--- PASS: TestA (1.23s)\n^PASS\n");
  expect(tests).toMatchObject([{ duration: 1230 }]);
});

test("a test that is reported without having started still counts", () => {
  expect(readText("^--- FAIL: TestA (0.10s)\n^FAIL\n").tests).toMatchObject([
    { name: "TestA", status: "failed" },
  ]);
});

test("the same test run twice is two results", () => {
  const once = "^=== RUN   TestA\n^--- PASS: TestA (0.00s)\n";
  expect(readText(`${once}${once}^PASS\n`).tests).toHaveLength(2);
});

test("where the stream is cut does not matter", () => {
  const { framed, chunks } = recording("mixed");
  const whole = Buffer.concat(
    chunks.filter(([stream]) => stream === "stdout").map(([, data]) => Buffer.from(data, "base64")),
  );
  const expected = read({ framed, chunks: [["stdout", whole]] }).tests;
  const bytes = [...whole].map((byte): ["stdout", Buffer] => ["stdout", Buffer.from([byte])]);
  expect(read({ framed, chunks: bytes }).tests).toEqual(expected);
});

test("a binary that prints nothing, or rubbish, ends with no test and no verdict", () => {
  expect(read({ framed: true, chunks: [] }).summary).toMatchObject({ tests: 0, verdict: undefined });
  expect(readText("^^^\n^=== WHAT  is this\n^    --- PASS: TooDeep (0.00s)\n^--- PASS:\n").tests).toEqual([]);
});

test("any cut and any flipped byte still ends, with every started test finished", () => {
  const { framed, chunks } = recording("mixed");
  const whole = Buffer.concat(chunks.map(([, data]) => Buffer.from(data, "base64")));
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(whole.subarray(0, random(whole.length)));
    for (let flip = 0; flip < 5 && bytes.length > 0; flip += 1) bytes[random(bytes.length)] = random(256);
    const { started, tests } = read({ framed, chunks: [["stdout", bytes]] });
    const finished = new Set(tests.map((each) => each.name));
    expect(started.filter((name) => !finished.has(name))).toEqual([]);
  }
});

test("the output of a loud test is kept from its end, within bounds", () => {
  const line = `${"x".repeat(99)}\n`;
  const { tests } = readText(
    `^=== RUN   TestLoud\n${line.repeat(100_000)}the end\n^--- FAIL: TestLoud (0.00s)\n^FAIL\n`,
  );
  expect(tests[0]?.output?.length).toBeLessThan(70_000);
  expect(tests[0]?.output).toMatch(/^… \(earlier output left out\)\n[\s\S]*the end\n$/);
});
