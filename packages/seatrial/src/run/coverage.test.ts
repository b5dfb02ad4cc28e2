import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions, FakeFiles } from "../agent/testing/index.ts";
import { countersBytes } from "../coverage/formats/go/testing/profiles.ts";
import {
  type CoveragePlan,
  type finishCoverage,
  planContainer,
  type UnitManifest,
} from "../coverage/index.ts";
import type { CoverageOutcome, RunEvent } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { ToolError } from "../support/error.ts";
import { createRedactor } from "../support/redact.ts";
import { planWith, suiteWith } from "./testing/plan.ts";
import { makeRunWorld, type Scripts } from "./testing/running.ts";

const COUNTERS = countersBytes("0".repeat(32), { segments: [[]] });
const OUTCOME: CoverageOutcome = {
  status: "passed",
  totals: {
    statements: { covered: 8, total: 10 },
    lines: { covered: 8, total: 10 },
    branches: { covered: 0, total: 0 },
    functions: { covered: 1, total: 2 },
  },
  percent: 80,
  sources: [],
  judgements: [],
  reports: {},
};

function coveragePlan(...containers: ["suite" | "service", string][]): CoveragePlan {
  return {
    rules: { files: {}, sources: {}, expected: [] },
    unjudged: [],
    formats: ["text"],
    include: [],
    exclude: [],
    paths: {},
    containers: containers.map(([kind, name]) =>
      planContainer({ kind, name, service: name, source: name, languages: ["go", "node"], reports: [] }),
    ),
  };
}

/** A server that writes its counters when it is told to end. */
function server(options: { ends?: boolean; onSignal?: (name: string) => void } = {}): FakeAgentOptions {
  const files: FakeFiles = new Map();
  return {
    files,
    probe: () => ({ ready: true, saw: "accepted" }),
    async *processes(spec, io) {
      const folder = spec.env?.["GOCOVERDIR"];
      if (folder !== undefined) files.set(`${folder}/covmeta.aa`, { content: "meta" });
      yield { stdout: "listening\n" };
      for (;;) {
        const name = await io.nextSignal();
        options.onSignal?.(name);
        if (name === "KILL") {
          yield { exit: { code: null, signal: "KILL" } };
          return;
        }
        if (options.ends === false) continue;
        if (folder !== undefined) files.set(`${folder}/covcounters.aa.7.9`, { content: COUNTERS });
        yield { exit: 0 };
        return;
      }
    },
  };
}

function tests(result: number): FakeAgentOptions {
  const files: FakeFiles = new Map();
  return {
    files,
    *processes(spec) {
      const folder = spec.env?.["NODE_V8_COVERAGE"];
      if (folder !== undefined) files.set(`${folder}/coverage-1-2-0.json`, { content: '{"result":[]}' });
      yield { exit: result };
    },
  };
}

async function unitsIn(folder: string): Promise<Record<string, UnitManifest>> {
  const root = path.join(folder, "coverage/units");
  const names = await readdir(root, { recursive: true }).catch(() => []);
  const manifests = names.filter((name) => name.endsWith("manifest.json"));
  const entries = await Promise.all(
    manifests.map(async (name) => [
      path.dirname(name),
      JSON.parse(await readFile(path.join(root, name), "utf8")),
    ]),
  );
  return Object.fromEntries(entries);
}

/** A whole run with coverage, its units, and what reporting was given. */
async function run(options: {
  scripts: Scripts;
  coverage: CoveragePlan;
  plan?: Parameters<typeof planWith>[0];
  finish?: typeof finishCoverage;
  context?: NonNullable<Parameters<typeof makeRunWorld>[0]["context"]>;
}) {
  const finished: Parameters<typeof finishCoverage>[0][] = [];
  await using world = await makeRunWorld({
    scripts: options.scripts,
    context: {
      redactor: createRedactor(["hunter2"]),
      finishCoverage: async (given) => {
        finished.push(given);
        return await (options.finish?.(given) ?? { ...OUTCOME, text: "" });
      },
      ...options.context,
    },
  });
  const { outcome, exitCode } = await world.run(planWith({ coverage: options.coverage, ...options.plan }));
  return {
    outcome,
    exitCode,
    finished,
    events: world.events,
    folder: world.context.folder,
    units: await unitsIn(world.context.folder),
    left: await world.left(),
  };
}

const coverageEvents = (events: readonly RunEvent[]) =>
  events.flatMap((event) => ("node" in event && event.node.kind === "coverage" ? [event] : []));

const app = (changes: Parameters<typeof servicePlan>[0] = {}) => servicePlan({ name: "app", ...changes });

describe("a run with coverage", () => {
  it("takes units of suites and, after a graceful stop, of services, and has what is made of them", async () => {
    const signals: string[] = [];
    const { outcome, exitCode, units, finished, events, left, folder } = await run({
      scripts: { app: server({ onSignal: (name) => signals.push(name) }), unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"], ["service", "app"]),
      plan: {
        services: [app({ command: ["serve", "--key=hunter2"], stopSignal: "SIGINT" })],
        suites: [suiteWith({ needs: ["app"] })],
      },
    });
    expect(exitCode).toBe(0);
    expect(signals).toEqual(["SIGINT"]);
    expect(Object.keys(units).sort()).toEqual(["app/1/1", "unit/shard-1/1"]);
    expect(units["app/1/1"]).toMatchObject({
      run: "r1",
      commit: "abc",
      argv: ["serve", "--key=[redacted]"],
      exit: { code: 0, signal: null },
      files: [{ path: "go/covcounters.aa.7.9" }, { path: "go/covmeta.aa" }],
      problems: [],
    });
    expect(units["unit/shard-1/1"]).toMatchObject({
      files: [{ path: "node/coverage-1-2-0.json" }],
      problems: [],
    });
    expect(finished).toMatchObject([{ folder, units: `${folder}/coverage/units`, root: "/project" }]);
    expect(outcome.coverage).toEqual(OUTCOME);
    expect(outcome.services).toMatchObject([{ name: "app", status: "ready" }]);
    const [first, ...others] = coverageEvents(events);
    expect(first).toMatchObject({ type: "node-started", note: "collecting" });
    expect(others.map((event) => event.type)).toEqual(["node-progress", "node-finished"]);
    expect(others.at(-1)).toMatchObject({ state: "passed", note: "80.0 %" });
    expect(left).toEqual([]);
  });

  it("tells a suite's result before its profiles are taken", async () => {
    const { events } = await run({
      scripts: { unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith()] },
    });
    const told = events.map((event) => ("node" in event ? `${event.type} ${event.node.kind}` : event.type));
    expect(told.indexOf("node-finished suite")).toBeLessThan(told.indexOf("node-started coverage"));
  });

  it("is 1 shard one unit", async () => {
    const { units } = await run({
      scripts: { unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith({ shards: 2 })] },
    });
    expect(Object.keys(units).sort()).toEqual(["unit/shard-1/1", "unit/shard-2/1"]);
  });

  it("kills a service that does not end, and says so in its unit", async () => {
    const { units, exitCode, outcome } = await run({
      scripts: { app: server({ ends: false }), unit: tests(0) },
      coverage: coveragePlan(["service", "app"]),
      plan: { services: [app({ stopGrace: 100 })], suites: [suiteWith({ needs: ["app"] })] },
    });
    expect(exitCode).toBe(0);
    expect(outcome.problems).toEqual([]);
    const unit = units["app/1/1"];
    expect(unit?.exit).toEqual({ code: null, signal: "KILL" });
    expect(unit?.problems).toMatchObject([{ code: "COVERAGE_NOT_FLUSHED", subject: "app" }]);
    expect(unit?.problems[0]?.message).toContain("it did not end in time, and was killed");
  });

  it("stops what needs another service before that one", async () => {
    const order: string[] = [];
    const named = (name: string) => server({ onSignal: () => order.push(name) });
    await run({
      scripts: { app: named("app"), worker: named("worker"), unit: tests(0) },
      coverage: coveragePlan(["service", "worker"], ["service", "app"]),
      plan: {
        services: [
          servicePlan({ name: "worker" }),
          app({ dependsOn: [{ service: "worker", condition: "healthy", required: true }] }),
        ],
        suites: [suiteWith({ needs: ["app"] })],
      },
    });
    expect(order).toEqual(["app", "worker"]);
  });

  it("fails with exit code 1 when the judgement does, though all tests passed", async () => {
    const judgement = { rule: "total", subject: "", wanted: 90, found: 80, passed: false } as const;
    const { outcome, exitCode, events } = await run({
      scripts: { unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith()] },
      finish: async () => ({ ...OUTCOME, status: "failed", judgements: [judgement], text: "" }),
    });
    expect(exitCode).toBe(1);
    expect(outcome).toMatchObject({ status: "failed", problems: [], suites: [{ status: "passed" }] });
    expect(coverageEvents(events).at(-1)).toMatchObject({ state: "failed", detail: "1 of 1 rules broken" });
  });

  it("collects and judges when tests failed too", async () => {
    const { outcome, exitCode, units } = await run({
      scripts: { unit: tests(1) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith()] },
    });
    expect(exitCode).toBe(1);
    expect(outcome.coverage).toEqual(OUTCOME);
    expect(Object.keys(units)).toEqual(["unit/shard-1/1"]);
  });

  it("leaves the services of a failed run alone that is kept", async () => {
    const signals: string[] = [];
    const { units } = await run({
      scripts: { app: server({ onSignal: (name) => signals.push(name) }), unit: tests(1) },
      coverage: coveragePlan(["suite", "unit"], ["service", "app"]),
      plan: { services: [app()], suites: [suiteWith({ needs: ["app"] })] },
      context: { keepsServices: true },
    });
    expect(signals).toEqual([]);
    expect(Object.keys(units)).toEqual(["unit/shard-1/1"]);
  });

  it("is skipped in a run that ended early, and nothing is judged", async () => {
    const broken: FakeAgentOptions = { ...server(), processes: () => [{ stderr: "no disk\n" }, { exit: 7 }] };
    const { outcome, finished, events } = await run({
      scripts: { app: broken, unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"], ["service", "app"]),
      plan: { services: [app()], suites: [suiteWith({ needs: ["app"] })] },
    });
    expect(outcome.coverage).toBeUndefined();
    expect(outcome.problems).toMatchObject([{ code: "SERVICE_EXITED" }]);
    expect(finished).toEqual([]);
    expect(coverageEvents(events).at(-1)).toMatchObject({ state: "skipped", note: "not run" });
  });

  it("fails with what reporting failed for", async () => {
    const { outcome, exitCode, left } = await run({
      scripts: { unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith()] },
      finish: async () => {
        throw new ToolError({ code: "COVERAGE_BASE_UNKNOWN", message: "no origin/main", exitCode: 2 });
      },
    });
    expect(exitCode).toBe(2);
    expect(outcome.problems).toMatchObject([{ code: "COVERAGE_BASE_UNKNOWN", subject: "coverage" }]);
    expect(left).toEqual([]);
  });

  it("changes nothing in containers that give no coverage", async () => {
    const seen: (string | undefined)[] = [];
    const watch: FakeAgentOptions = {
      processes: (spec) => {
        seen.push(spec.env?.["GOCOVERDIR"], spec.env?.["NODE_OPTIONS"]);
        return [{ exit: 0 }];
      },
    };
    const { units, finished } = await run({
      scripts: { unit: watch, other: watch },
      coverage: coveragePlan(["suite", "other"]),
      plan: { suites: [suiteWith()] },
    });
    expect(seen).toEqual([undefined, undefined]);
    expect(units).toEqual({});
    expect(finished).toHaveLength(1);
  });

  it("says in the unit which variable the project sets itself", async () => {
    const { units } = await run({
      scripts: { unit: tests(0) },
      coverage: coveragePlan(["suite", "unit"]),
      plan: { suites: [suiteWith({ env: { GOCOVERDIR: "/mine" } })] },
    });
    expect(units["unit/shard-1/1"]?.problems).toMatchObject([{ code: "COVERAGE_VARIABLE_TAKEN" }]);
  });
});
