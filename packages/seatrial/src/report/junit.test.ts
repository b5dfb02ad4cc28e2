import { describe, expect, it } from "vitest";
import type { CheckOutcome, Outcome, TestResult } from "../model/index.ts";
import { createJunitReport } from "./junit.ts";
import { outcomeWith, suiteWith, testWith } from "./testing/outcome.ts";
import { allNamed, parseXml } from "./testing/xml-tree.ts";

function render(outcome: Partial<Outcome>, tests: TestResult[] = [], suite = "unit") {
  const report = createJunitReport();
  for (const test of tests) report.take({ type: "test-finished", suite, shard: 1, test });
  return parseXml(report.render(outcomeWith(outcome)));
}

describe("the merged JUnit file", () => {
  it("has every test of every shard with its place, time and end", () => {
    const root = render(
      { suites: [suiteWith({ imageId: "sha256:abc", proof: { kind: "identical" }, spaces: 3 })] },
      [
        testWith(),
        testWith({ name: "TestSlow", status: "skipped", message: "too slow" }),
        testWith({ name: "TestPay", status: "failed", message: "no money", output: "balance: 0\n" }),
      ],
    );
    const [suite] = allNamed("testsuite", root);
    expect(suite?.attributes).toMatchObject({
      name: "unit",
      time: "1.500",
      timestamp: "2030-01-01T00:00:00.000Z",
    });
    expect(allNamed("property", root).map(({ attributes }) => attributes)).toEqual([
      { name: "image", value: "sha256:abc" },
      { name: "proof", value: "identical" },
      { name: "spaces", value: "3" },
    ]);
    expect(allNamed("testcase", root).map(({ attributes }) => attributes)).toEqual([
      { classname: "cart", name: "TestAdd", time: "0.020" },
      { classname: "cart", name: "TestSlow", time: "0.020" },
      { classname: "cart", name: "TestPay", time: "0.020" },
    ]);
    expect(allNamed("skipped", root)[0]?.attributes).toEqual({ message: "too slow" });
    const [failure] = allNamed("failure", root);
    expect([failure?.attributes, failure?.text]).toEqual([{ message: "no money" }, "balance: 0\n"]);
  });

  it("counts in every place what is really there, problems included", () => {
    const root = render(
      {
        status: "failed",
        suites: [
          suiteWith({ status: "failed", problem: { code: "SUITE_TIMED_OUT", message: "too late" } }),
          suiteWith({ name: "api", counts: { passed: 0, failed: 0, skipped: 0 } }),
        ],
        problems: [{ code: "SERVICE_EXITED", message: "db ended", subject: "db", lastLines: ["panic"] }],
      },
      [testWith(), testWith({ status: "failed" }), testWith({ status: "skipped" })],
    );
    const number = (name: string) => String(allNamed(name, root).length);
    expect(root.attributes).toMatchObject({
      tests: number("testcase"),
      failures: number("failure"),
      skipped: number("skipped"),
      errors: number("error"),
    });
    expect(root.attributes).toMatchObject({ tests: "5", failures: "1", skipped: "1", errors: "2" });
    for (const suite of allNamed("testsuite", root)) {
      expect(suite.attributes["tests"]).toBe(String(allNamed("testcase", suite).length));
    }
  });

  it("tells what failed without being a test, with its code, hint and last lines", () => {
    const root = render({
      status: "failed",
      problems: [
        { code: "SERVICE_EXITED", message: "db ended", hint: "look", subject: "db", lastLines: ["panic"] },
      ],
    });
    const [error] = allNamed("error", root);
    expect(error?.attributes).toEqual({ type: "SERVICE_EXITED", message: "db ended" });
    expect(error?.text).toBe("db ended\nlook\npanic");
    expect(allNamed("testcase", root)[0]?.attributes).toMatchObject({ classname: "seatrial", name: "db" });
  });

  it("has the cases of checks as a suite of its own, also beside one of that name", () => {
    const report = createJunitReport();
    const results = [
      testWith({ group: "check.absent", name: "gcc", status: "failed", message: "/bin/gcc in layer 2" }),
      testWith({ group: "check.user", name: "non-root" }),
    ];
    for (const test of results) report.take({ type: "test-finished", suite: "check", shard: 0, test });
    report.take({ type: "test-finished", suite: "check", shard: 1, test: testWith() });
    const check: CheckOutcome = {
      status: "failed",
      imageId: "sha256:abc",
      counts: { passed: 1, failed: 1, skipped: 0 },
      duration: 900,
      results,
      problem: { code: "ENGINE_UNREACHABLE", message: "away" },
    };
    const text = report.render(outcomeWith({ suites: [suiteWith({ name: "check" })], check }));
    const suites = allNamed("testsuite", parseXml(text));
    expect(suites.map((suite) => suite.attributes["tests"])).toEqual(["1", "3"]);
    expect(suites[1]?.attributes).toMatchObject({ name: "check", failures: "1", errors: "1", time: "0.900" });
    const cases = allNamed("testcase", suites[1] ?? parseXml("<none/>"));
    expect(cases.map(({ attributes }) => `${attributes["classname"]} ${attributes["name"]}`)).toEqual([
      "check.absent gcc",
      "check.user non-root",
      "seatrial check",
    ]);
  });

  it("leaves out suites that were not run", () => {
    const root = render({ suites: [suiteWith({ status: "skipped" })] });
    expect(root.attributes["tests"]).toBe("0");
    expect(allNamed("testsuite", root)).toEqual([]);
  });

  it("stays well-formed, and keeps what can be kept, for hostile names and outputs", () => {
    const name = `]]><script>"&'\u0000\u001b[31m\ud800</testcase>`;
    const suite = `a"b<c>&`;
    const root = render(
      { project: `<"&>`, suites: [suiteWith({ name: suite })] },
      [testWith({ group: name, name, status: "failed", message: name, output: name })],
      suite,
    );
    const kept = `]]><script>"&'\ufffd\ufffd[31m\ufffd</testcase>`;
    const [test] = allNamed("testcase", root);
    expect(test?.attributes).toMatchObject({ classname: kept, name: kept });
    expect(allNamed("failure", root)[0]?.text).toBe(kept);
    expect(allNamed("testsuite", root)[0]?.attributes["name"]).toBe(suite);
  });

  it("holds a failing test's message as its text when it printed nothing", () => {
    const root = render({ suites: [suiteWith()] }, [testWith({ status: "failed", message: "why" })]);
    expect(allNamed("failure", root)[0]?.text).toBe("why");
    const bare = render({ suites: [suiteWith()] }, [testWith({ status: "failed" })]);
    expect(allNamed("failure", bare)[0]?.attributes).toEqual({ message: "failed" });
  });
});
