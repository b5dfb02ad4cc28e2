import { describe, expect, it } from "vitest";
import type { NodeRef, RunEvent } from "../model/index.ts";
import { formatRow } from "./row.ts";
import { createRunView } from "./state.ts";
import { createStyle } from "./style.ts";
import { testWith } from "./testing/outcome.ts";

const UNIT: NodeRef = { kind: "suite", name: "unit" };

function viewOf(...events: RunEvent[]) {
  const view = createRunView();
  for (const [seq, event] of events.entries()) view.take({ seq: seq + 1, at: seq * 1_000, ...event });
  return view;
}

const rowOf = (view: ReturnType<typeof viewOf>) => [...view.rows.values()][0];
const running = (name: string, group = "a"): RunEvent => ({
  type: "test-started",
  suite: "unit",
  shard: 1,
  group,
  name,
});

describe("the view of a run", () => {
  it("has a row for each part from the start, in order", () => {
    const nodes: NodeRef[] = [{ kind: "build", name: "build" }, { kind: "service", name: "unit" }, UNIT];
    const view = viewOf({ type: "run-started", run: "r", project: "p", folder: "/f", nodes });
    expect([...view.rows.values()].map((row) => [row.node, row.state])).toEqual(
      nodes.map((node) => [node, "waiting"]),
    );
  });

  it("counts tests as they end, and takes the final counts when they come", () => {
    const tests = [testWith(), testWith({ status: "failed" }), testWith({ status: "skipped" })];
    const ends = tests.map((test): RunEvent => ({ type: "test-finished", suite: "unit", shard: 1, test }));
    const view = viewOf({ type: "node-started", node: UNIT }, ...ends);
    expect(rowOf(view)?.counts).toEqual({ passed: 1, failed: 1, skipped: 1 });
    expect(view.failures.map((failure) => failure.suite)).toEqual(["unit"]);
    const counts = { passed: 9, failed: 0, skipped: 0 };
    const end: RunEvent = { type: "node-finished", node: UNIT, state: "passed", duration: 5, counts };
    expect(rowOf(viewOf(...ends, end))?.counts).toEqual(counts);
  });

  it("counts the cases of checks for the check, not for a suite of that name", () => {
    const test = testWith({ group: "check.absent", name: "gcc", status: "failed" });
    const nodes: NodeRef[] = [
      { kind: "suite", name: "check" },
      { kind: "check", name: "check" },
    ];
    const view = viewOf(
      { type: "run-started", run: "r", project: "p", folder: "/f", nodes },
      { type: "test-finished", suite: "check", shard: 0, test },
    );
    expect([...view.rows.values()].map(({ node, counts }) => [node.kind, counts.failed])).toEqual([
      ["suite", 0],
      ["check", 1],
    ]);
    expect(view.failures).toEqual([{ suite: "", test }]);
  });

  it("knows tests of one name in several packages apart by number", () => {
    const view = viewOf(running("TestX", "a"), running("TestX", "b"), {
      type: "test-finished",
      suite: "unit",
      shard: 1,
      test: testWith({ name: "TestX" }),
    });
    expect(rowOf(view)?.running).toEqual([{ name: "TestX", startedAt: 1_000 }]);
  });

  it("shows nothing as running in a part that has ended", () => {
    const view = viewOf(running("TestHangs"), {
      type: "node-finished",
      node: UNIT,
      state: "failed",
      duration: 5,
    });
    expect(rowOf(view)).toMatchObject({ state: "failed", running: [] });
  });
});

describe("a row", () => {
  const row = (...events: RunEvent[]) => {
    const found = rowOf(viewOf({ type: "node-started", node: UNIT, note: "starting" }, ...events));
    if (found === undefined) throw new Error("no row");
    return formatRow(found, { style: createStyle(false), now: 3_000, widths: { name: 12, middle: 22 } });
  };

  it("is one line, whatever a test is called", () => {
    expect(row(running("a\nb\u001b[2Jc"))).toBe("• unit                                   3.0 s a bc");
  });

  it("says how a part ended where it has no tests", () => {
    const end: RunEvent = { type: "node-finished", node: UNIT, state: "stopped", duration: 700 };
    expect(row(end)).toBe("– unit         stopped                   0.7 s");
    expect(row({ ...end, state: "skipped", note: "not run" })).toContain("– unit         not run");
    expect(row({ ...end, state: "passed", note: "ready", detail: "from snapshot" })).toBe(
      "✔ unit         ready                     0.7 s from snapshot",
    );
  });
});
