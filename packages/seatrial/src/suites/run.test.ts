import { expect, test, vi } from "vitest";
import type { LaunchedWorkload } from "../agent/index.ts";
import type { RunEvent, SuiteSpec } from "../model/index.ts";
import { suiteError } from "./errors.ts";
import type { ShardPlan } from "./plan.ts";
import { resultsFolder } from "./results-folder.ts";
import { runSuite, type SuiteOptions } from "./run.ts";
import { localAgent } from "./testing/local-agent.ts";
import { type Place, plainImage, suiteSpec, tempPlace } from "./testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

function workload(shard: ShardPlan, closed: string[]): LaunchedWorkload {
  return {
    id: shard.name,
    name: shard.name,
    agent: localAgent(),
    exit: new Promise(() => undefined),
    agentLog: () => [],
    [Symbol.asyncDispose]: async () => void closed.push(shard.name),
  };
}

async function run(place: Place, spec: Partial<SuiteSpec>, changes: Partial<SuiteOptions> = {}) {
  const closed: string[] = [];
  const events: RunEvent[] = [];
  const outcome = await runSuite({
    run: "r1",
    spec: suiteSpec({ workingDir: place.root, ...spec }),
    image: plainImage(),
    host: {},
    emit: (event) => void events.push(event),
    log: { write: async () => undefined, lastLines: () => [] },
    launch: async (shard) => workload(shard, closed),
    results: (shard) => resultsFolder(`${place.host}/${shard.results}`),
    resultsFolder: place.results,
    grace: 300,
    now: () => performance.now(),
    onEngineLost: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  });
  return { outcome, closed, events };
}

const tap = (text: string, changes: Partial<SuiteSpec> = {}): Partial<SuiteSpec> => ({
  runner: "tap",
  command: ["printf", "%s\\n", text],
  ...changes,
});

test("the shards of a suite run in containers of their own, are summed up and closed", async () => {
  await using place = await tempPlace();
  const { outcome, closed, events } = await run(place, tap("1..1\nok 1", { shards: 3 }));
  expect(outcome).toMatchObject({
    name: "unit",
    status: "passed",
    shards: 3,
    counts: { passed: 3 },
    results: "results/unit",
  });
  expect(closed.sort()).toEqual(["unit-1", "unit-2", "unit-3"]);
  expect(events.flatMap((event) => (event.type === "test-finished" ? [event.shard] : [])).sort()).toEqual([
    1, 2, 3,
  ]);
});

test("a suite that ran no test has failed, unless that is allowed", async () => {
  await using place = await tempPlace();
  const { outcome } = await run(place, tap("1..0"));
  expect(outcome).toMatchObject({ status: "failed", problem: { code: "SUITE_EMPTY" } });
  const allowed = await run(place, tap("1..0", { allowEmpty: true }));
  expect(allowed.outcome).toMatchObject({ status: "passed", problem: undefined });
});

test("a suite whose tests were all skipped ran none", async () => {
  await using place = await tempPlace();
  const { outcome } = await run(place, tap("1..2\nok 1 # SKIP\nok 2 # SKIP"));
  expect(outcome.problem).toMatchObject({
    code: "SUITE_EMPTY",
    message: "Suite unit ran no test: 2 tests skipped",
  });
});

test("an empty shard is fine as long as another has tests", async () => {
  await using place = await tempPlace();
  const script = 'if [ "$SEATRIAL_SHARD" = 1 ]; then echo 1..1 && echo ok 1; else echo 1..0; fi';
  const { outcome } = await run(place, { runner: "tap", command: ["sh", "-c", script], shards: 2 });
  expect(outcome).toMatchObject({ status: "passed", counts: { passed: 1 } });
});

test("problems of several shards are told together, each once", async () => {
  await using place = await tempPlace();
  const script = 'if [ "$SEATRIAL_SHARD" = 3 ]; then printf "%s\\n" 1..1 "ok 1" "ok 2"; else echo no tap; fi';
  const { outcome } = await run(place, { runner: "tap", command: ["sh", "-c", script], shards: 3 });
  expect(outcome).toMatchObject({ status: "failed", problem: { code: "RESULTS_MISSING" } });
  expect(outcome.problem?.message.match(/^Also: .*the plan is 1 tests/m)).not.toBeNull();
  expect(outcome.problem?.message.split("\n")).toHaveLength(2);
});

test("a container that cannot be had stops the other shards and is the error", async () => {
  await using place = await tempPlace();
  const closed: string[] = [];
  const started = performance.now();
  const running = run(
    place,
    { command: ["node", "-e", "setInterval(() => {}, 1000)"], shards: 2 },
    {
      launch: async (shard) => {
        if (shard.index === 1) return workload(shard, closed);
        throw suiteError({ code: "SUITE_INVALID", message: "no such image" });
      },
    },
  );
  await expect(running).toThrowWithCode("SUITE_INVALID");
  expect(closed).toEqual(["unit-1"]);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("a run that is stopped while containers start gives a stopped outcome", async () => {
  await using place = await tempPlace();
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 20);
  const { outcome } = await run(
    place,
    { command: ["true"] },
    {
      signal: stop.signal,
      launch: (_, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
        ),
    },
  );
  expect(outcome).toMatchObject({ status: "stopped", counts: { passed: 0 }, problem: undefined });
});

test("a filter that a runner cannot apply is a warning", async () => {
  await using place = await tempPlace();
  const { events } = await run(place, tap("1..1\nok 1", { grep: "cart" }));
  expect(events[0]).toMatchObject({ type: "warning", hint: 'Its command finds "cart" in $SEATRIAL_GREP.' });
  const { events: none } = await run(place, { ...tap("1..1\nok 1"), grep: undefined });
  expect(none.filter((event) => event.type === "warning")).toEqual([]);
});
