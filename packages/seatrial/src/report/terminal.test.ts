import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeRef, RunEvent, SpaceSummary } from "../model/index.ts";
import { columnsOf } from "./columns.ts";
import { createEmulator } from "./testing/emulator.ts";
import { outcomeWith, suiteWith, testWith } from "./testing/outcome.ts";
import { reporting } from "./testing/screen.ts";

const DB: NodeRef = { kind: "service", name: "db" };
const UNIT: NodeRef = { kind: "suite", name: "unit" };
const started: RunEvent = {
  type: "run-started",
  run: "r1",
  project: "shop",
  folder: "/p/r1",
  nodes: [DB, UNIT],
};
const finished = (changes = {}): RunEvent => ({ type: "run-finished", outcome: outcomeWith(changes) });

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    }),
);
afterEach(() => void vi.useRealTimers());

describe("plain lines", () => {
  it("are one for each part as it ends, then the verdict and where everything lies", async () => {
    const { shown, emit } = await reporting();
    emit(started);
    emit({ type: "node-started", node: DB });
    emit({ type: "node-progress", node: DB, note: "waiting for port 5432" });
    emit({ type: "node-finished", node: DB, state: "passed", duration: 600, note: "ready" });
    emit({ type: "node-started", node: UNIT });
    emit({ type: "test-started", suite: "unit", shard: 1, group: "a", name: "T" });
    emit({ type: "test-finished", suite: "unit", shard: 1, test: testWith() });
    emit({ type: "output", node: UNIT, stream: "stdout", text: "noise\n" });
    emit({ type: "node-finished", node: UNIT, state: "passed", duration: 1_900, counts: suiteWith().counts });
    emit(finished({ suites: [suiteWith()] }));
    expect(shown.lines()).toEqual([
      "✔ db           ready                     0.6 s",
      "✔ unit         1 passed                  1.9 s",
      "",
      "passed: 1 passed in 4.2 s",
      "results: /p/r1",
    ]);
  });

  it("come every two seconds at first while something runs, and say what", async () => {
    const { shown, emit } = await reporting();
    emit(started);
    emit({ type: "node-started", node: DB, note: "starting" });
    for (let beat = 1; beat <= 5; beat += 1) {
      shown.clear();
      vi.advanceTimersByTime(2_000);
      const [run, part] = beat < 5 ? [`${2 * beat}.0 s`, ""] : ["10 s", " (10 s)"];
      expect(shown.lines()).toEqual([`  … ${run}  db: starting${part}`]);
    }
    emit({ type: "node-progress", node: DB, note: "waiting for port 5432" });
    vi.advanceTimersByTime(2_000);
    expect(shown.text()).toContain("db: waiting for port 5432");
  });

  it("come less often the longer the run takes, and a hanging test of an hour is no flood", async () => {
    const { shown, emit } = await reporting();
    emit(started);
    emit({ type: "node-started", node: UNIT });
    emit({ type: "test-started", suite: "unit", shard: 1, group: "a", name: "TestHangs" });
    vi.advanceTimersByTime(10 * 60_000);
    expect(shown.lines().length).toBeLessThanOrEqual(50);
    vi.advanceTimersByTime(50 * 60_000);
    expect(shown.lines().length).toBeLessThanOrEqual(100);
    shown.clear();
    vi.advanceTimersByTime(60_000);
    expect(shown.text()).toContain("unit: TestHangs");
  });

  it("say for how long a part is at what it does, once that is long", async () => {
    const { shown, emit } = await reporting();
    const build: NodeRef = { kind: "build", name: "build" };
    const lastLine = () => shown.lines().at(-1);
    emit({ ...started, nodes: [build] });
    emit({ type: "node-started", node: build, note: "asking the builder" });
    vi.advanceTimersByTime(4_000);
    emit({ type: "node-progress", node: build, note: "[base 2/3] RUN npm ci" });
    vi.advanceTimersByTime(2_000);
    expect(lastLine()).toBe("  … 6.0 s  build: [base 2/3] RUN npm ci");
    emit({ type: "node-progress", node: build, note: "[base 2/3] RUN npm ci" });
    vi.advanceTimersByTime(58_000);
    expect(lastLine()).toMatch(/^ {2}… 1 m 0\d s {2}build: \[base 2\/3\] RUN npm ci \(5\d s\)$/);
    emit({ type: "node-progress", node: build, note: `[base 3/3] RUN ${"make && ".repeat(40)}true` });
    vi.advanceTimersByTime(20_000);
    expect(lastLine()).toMatch(/ build: \[base 3\/3\] RUN make .*… true \(20 s\)$/);
    emit(finished());
  });

  it("say of another process what they say of this one: by one clock", async () => {
    const { shown, report } = await reporting();
    report.take({ seq: 1, at: 9_000, ...started });
    report.take({ seq: 2, at: 9_000, type: "node-started", node: DB, note: "starting" });
    vi.advanceTimersByTime(12_000);
    expect(shown.lines().at(-1)).toBe("  … 12 s  db: starting (12 s)");
    report.close();
  });

  it("say which test is running", async () => {
    const { shown, emit } = await reporting();
    emit(started);
    emit({ type: "node-started", node: UNIT });
    for (const name of ["TestOne", "TestTwo"]) {
      emit({ type: "test-started", suite: "unit", shard: 1, group: "a", name });
    }
    vi.advanceTimersByTime(2_000);
    expect(shown.text()).toContain("unit: TestTwo");
  });

  it("say what waits while nothing runs", async () => {
    const { shown, emit } = await reporting();
    emit(started);
    emit({ type: "node-progress", node: UNIT, note: "pulling its image" });
    vi.advanceTimersByTime(2_000);
    expect(shown.text()).toContain("unit: pulling its image");
  });

  it("do not come before the run has parts, nor once it is over, which leaves no timer behind", async () => {
    const { shown, emit } = await reporting();
    vi.advanceTimersByTime(60_000);
    expect(shown.text()).toBe("");
    emit(started);
    emit({ type: "node-started", node: DB });
    emit(finished());
    shown.clear();
    vi.advanceTimersByTime(60_000);
    expect(shown.text()).toBe("");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are not repeated while other lines come anyway", async () => {
    const { shown, emit } = await reporting();
    const nodes = Array.from({ length: 5 }, (_, at): NodeRef => ({ kind: "service", name: `s${at}` }));
    emit({ type: "node-started", node: DB });
    for (const node of nodes) {
      vi.advanceTimersByTime(1_500);
      emit({ type: "node-finished", node, state: "passed", duration: 1, note: "ready" });
    }
    expect(shown.lines()).toHaveLength(5);
  });

  it("tell a warning at once, and not again at the end", async () => {
    const { shown, emit } = await reporting();
    emit({ type: "warning", message: "suite unit left nothing", hint: "look" });
    expect(shown.lines()).toEqual(["! suite unit left nothing", "  hint: look"]);
    emit(finished({ warnings: ["suite unit left nothing", "FOO is not set"] }));
    expect(shown.text().split("left nothing")).toHaveLength(2);
    expect(shown.text()).toContain("! FOO is not set");
  });
});

describe("the live tree", () => {
  it("shows what waits, runs and is done, and leaves its last state", async () => {
    const { shown, emit } = await reporting({ live: true });
    emit(started);
    emit({ type: "node-started", node: DB, note: "starting" });
    vi.advanceTimersByTime(1_000);
    expect(shown.text()).toMatch(/• db .*1\.\d s starting/);
    expect(shown.text()).toContain("· unit");
    emit({ type: "node-finished", node: DB, state: "failed", duration: 1_000, note: "failed" });
    emit(finished({ status: "failed" }));
    expect(shown.text()).toMatch(/✖ db +failed +1\.0 s\n/);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is never silent for two seconds, however long the run: a clock in it moves", async () => {
    const { shown, emit, report } = await reporting({ live: true });
    emit(started);
    emit({ type: "node-started", node: DB });
    for (const passed of [200, 70_000]) {
      vi.advanceTimersByTime(passed);
      shown.clear();
      vi.advanceTimersByTime(1_900);
      expect(shown.text()).not.toBe("");
    }
    report.close();
  });

  it("keeps every line within the terminal's width", async () => {
    const { shown, emit, report } = await reporting({ live: true, colour: true });
    emit(started);
    emit({ type: "node-started", node: DB, note: "x".repeat(500) });
    vi.advanceTimersByTime(200);
    const widths = shown.lines().map((line) => line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").length);
    expect(Math.max(...widths)).toBe(80);
    report.close();
  });

  it("leaves a last state with its names shortened as before, and what is said of them whole", async () => {
    const { shown, emit } = await reporting({ live: true });
    const node: NodeRef = { kind: "service", name: `${"very-".repeat(20)}long` };
    emit({ ...started, nodes: [node] });
    emit({
      type: "node-finished",
      node,
      state: "passed",
      duration: 600,
      note: "ready",
      detail: "d".repeat(60),
    });
    shown.clear();
    emit(finished());
    const line = shown.lines().find((each) => each.includes("✔")) ?? "";
    expect(line.slice(line.indexOf("✔"))).toBe(
      `✔ very-very-very-very-…-long ready                     0.6 s ${"d".repeat(60)}`,
    );
  });

  it("keeps its columns with names of Asian characters and emoji, and with long counts", async () => {
    const { shown, emit, report } = await reporting({ live: true });
    const nodes = ["数据库的集成测试套件之第一部分还有更多", "🚀🚀", "unit"].map(
      (name): NodeRef => ({ kind: "suite", name }),
    );
    emit({ ...started, nodes });
    const counts = { failed: 1, passed: 2, skipped: 1 };
    for (const node of nodes)
      emit({ type: "node-finished", node, state: "failed", duration: 600, counts, detail: "x".repeat(80) });
    vi.advanceTimersByTime(200);
    const lines = shown.text().match(/✖.*/g) ?? [];
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((line) => columnsOf(line.slice(0, line.indexOf("x"))))).size).toBe(1);
    expect(lines.map(columnsOf)).toEqual([80, 80, 80]);
    report.close();
  });

  it("has room below it for a line of its own, which stays there while the tree is redrawn", async () => {
    const { shown, emit, report } = await reporting({ live: true });
    const seen = () => {
      const emulator = createEmulator();
      emulator.write(shown.text());
      return emulator.lines();
    };
    emit(started);
    emit({ type: "node-started", node: DB, note: "starting" });
    vi.advanceTimersByTime(1_000);
    // The key that was pressed, as a terminal shows it.
    shown.stream.write("^C");
    expect(report.note("stopping")).toBe(true);
    for (const note of ["ends", "ends, waits", "has ended"]) {
      emit({ type: "node-progress", node: DB, note });
      vi.advanceTimersByTime(1_000);
    }
    expect(seen()).toEqual([
      expect.stringMatching(/^• db .* 4\.0 s has ended$/),
      expect.stringMatching(/^· unit/),
      "stopping",
      "",
    ]);
    emit(finished({ status: "stopped" }));
    expect(seen()).toEqual([
      expect.stringMatching(/^• db/),
      expect.stringMatching(/^· unit/),
      "",
      expect.stringMatching(/^stopped/),
      "results: /p/r1",
      "",
    ]);
    expect(report.note("stopping")).toBe(false);
  });

  it("leaves to the shell what that writes while the program is stopped, and goes on below it", async () => {
    const { shown, emit, report } = await reporting({ live: true });
    const emulator = createEmulator();
    const seen = () => {
      emulator.write(shown.text());
      shown.clear();
      return emulator.lines();
    };
    emit(started);
    emit({ type: "node-started", node: DB, note: "starting" });
    vi.advanceTimersByTime(1_000);
    report.leave();
    shown.stream.write("[1]+ Stopped\n$ fg\nseatrial run\n");
    vi.advanceTimersByTime(1_000);
    emit(finished());
    expect(seen()).toEqual([
      expect.stringMatching(/^• db .* 1\.\d s starting$/),
      expect.stringMatching(/^· unit/),
      "[1]+ Stopped",
      "$ fg",
      "seatrial run",
      expect.stringMatching(/^• db .* 2\.0 s starting$/),
      expect.stringMatching(/^· unit/),
      "",
      expect.stringMatching(/^passed/),
      "results: /p/r1",
      "",
    ]);
    report.leave();
    expect(shown.text()).toBe("");
  });

  it("has its warnings at the end, with their hints: in the tree there is no room for them", async () => {
    const { shown, emit } = await reporting({ live: true });
    emit(started);
    emit({ type: "warning", message: "cannot filter", hint: "use $SEATRIAL_GREP" });
    emit(finished({ warnings: ["cannot filter"] }));
    const lines = shown.lines();
    expect(lines.filter((line) => line.includes("cannot filter"))).toEqual(["! cannot filter"]);
    expect(lines).toContain("  hint: use $SEATRIAL_GREP");
  });
});

describe("quiet", () => {
  it("says nothing before the end, then failures and the verdict", async () => {
    const { shown, emit } = await reporting({ quiet: true });
    emit(started);
    emit({ type: "node-started", node: UNIT });
    emit({ type: "warning", message: "a warning" });
    vi.advanceTimersByTime(10_000);
    emit({
      type: "test-finished",
      suite: "unit",
      shard: 1,
      test: testWith({ status: "failed", message: "no" }),
    });
    expect(shown.text()).toBe("");
    emit(finished({ status: "failed", warnings: ["a warning"] }));
    expect(shown.text()).toContain("unit › cart › TestAdd");
    expect(shown.text()).not.toContain("a warning");
  });
});

it("a run that is kept says how to get in and how to end it", async () => {
  const { shown, emit } = await reporting();
  emit(finished({ status: "failed" }));
  emit({
    type: "run-kept",
    run: "r1",
    enter: "seatrial shell --run r1",
    end: "seatrial down r1",
    until: "12:30",
  });
  expect(shown.lines().at(-1)).toBe(
    "kept until 12:30: enter with `seatrial shell --run r1`, end with `seatrial down r1`",
  );
});

it("a run that is kept says how to open the spaces of its failed tests", async () => {
  const { shown, emit } = await reporting();
  const space: SpaceSummary = {
    id: "ab12",
    space: "orders",
    service: "postgres",
    kind: "postgres",
    name: "st_1",
    state: "kept",
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  const holder = { run: "r1", suite: "unit", test: "TestAdd/1\u001b[2J", attempt: 1 };
  emit({ type: "space-kept", space: { ...space, holder } });
  for (let at = 0; at < 20; at += 1) emit({ type: "space-kept", space });
  emit(finished({ status: "failed" }));
  expect(shown.text()).not.toContain("space open");
  emit({ type: "run-kept", run: "r1", enter: "enter", end: "end", until: "12:30" });
  const lines = shown.lines().slice(-14);
  expect(lines[0]).toContain("kept until 12:30");
  expect(lines[1]).toMatch(/^ {2}orders of unit › TestAdd\/1.*: open with `seatrial space open ab12`$/);
  expect(lines[1]).not.toContain("\u001b");
  expect(lines[2]).toBe("  orders of no test: open with `seatrial space open ab12`");
  expect(lines.at(-1)).toBe("  … and 9 more: `seatrial space list`");
});

it("a report that is closed twice, or after its run, draws nothing more", async () => {
  const { shown, emit, report } = await reporting({ live: true });
  emit(started);
  report.close();
  report.close();
  emit(finished());
  report.close();
  expect(shown.text().split("· db")).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});
