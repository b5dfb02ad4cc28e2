import { writeFile } from "node:fs/promises";
import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../../agent/testing/index.ts";
import type { SuiteSpec } from "../../model/index.ts";
import { servicePlan } from "../../services/testing/world.ts";
import { connectBroker } from "../../spaces/index.ts";
import { createMemoryKind } from "../../spaces/memory/index.ts";
import { spacePlan } from "../../spaces/testing/plan.ts";
import { deferred } from "../../support/abort.ts";
import { ToolError } from "../../support/error.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { applyRun } from "../apply.ts";
import { planWith, suiteWith } from "../testing/plan.ts";
import { makeRunWorld, type RunWorld, type Scripts } from "../testing/running.ts";
import type { Borrow, BorrowedServices } from "./borrowed.ts";
import { definitionsOf, digestDefinitions } from "./definitions.ts";
import { type Infrastructure, startInfrastructure } from "./infrastructure.ts";
import { planInfrastructure } from "./plan.ts";

const serving: FakeAgentOptions = {
  probe: () => ({ ready: true, saw: "accepted" }),
  async *processes(_spec, io) {
    yield { stdout: "listening\n" };
    await io.nextSignal();
  },
};
const db = servicePlan({ name: "db" }, { ports: [5432], server: { port: 5432 } });
const plan = (...suites: SuiteSpec[]) =>
  planWith({ services: [db], suites, spaces: [spacePlan()], earlySpaces: ["db"], volumes: ["data"] });
const suite = (changes: Partial<SuiteSpec> = {}) =>
  suiteWith({ needs: ["db"], spaces: { NAME: { space: "db", part: "name" } }, ...changes });

/** Infrastructure whose services runs borrow, in one engine with them. */
async function warm(scripts: Scripts) {
  const memory = createMemoryKind();
  const world = await makeRunWorld({
    scripts: { db: serving, ...scripts },
    context: { spaceKinds: async () => memory.driver },
  });
  const context = { ...world.context, run: "w1", emit: () => undefined };
  const own = { ...planInfrastructure(plan()), spaces: [], earlySpaces: [] };
  const infrastructure = startInfrastructure({ plan: own, context, kind: "warm" });
  await infrastructure.ready;
  return {
    world,
    memory,
    infrastructure,
    async [Symbol.asyncDispose]() {
      await infrastructure[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

function lend(infrastructure: Infrastructure, changes: Partial<BorrowedServices> = {}): Borrow {
  return async () => ({
    description: { ...(await infrastructure.describe()), control: "" },
    found: true,
    ended: new Promise(() => undefined),
    define: infrastructure.spaces.define,
    async dialBroker({ digest }) {
      const [near, far] = duplexPair();
      infrastructure.spaces.accept(far, digest);
      return near;
    },
    said: (service) => ({ log: `logs/${service}.log`, lines: ["of another run"] }),
    release: () => undefined,
    ...changes,
  });
}

async function run(world: RunWorld, borrow: Borrow, suites: SuiteSpec[], runId = "r1") {
  await using applied = await applyRun(plan(...suites), { ...world.context, run: runId, borrow });
  return applied.outcome;
}

const services = async ({ engine }: RunWorld) =>
  await engine.workloads.list({ "seatrial.service": "db" }, new AbortController().signal);

describe("a run with services of another owner", () => {
  it("starts none of its own, and its containers are guests in their network", async () => {
    const labels: Record<string, string>[] = [];
    const joined: (string | undefined)[] = [];
    await using here = await warm({ unit: { processes: () => [{ exit: 0 }] } });
    const { world, infrastructure } = here;
    const create = world.engine.workloads.create;
    world.engine.workloads.create = async (spec, signal) => {
      labels.push(spec.labels);
      joined.push(spec.network?.id);
      return await create(spec, signal);
    };
    const outcome = await run(world, lend(infrastructure), [suite()]);
    expect(outcome.status).toBe("passed");
    expect(outcome.services).toMatchObject([{ name: "db", status: "ready" }]);
    expect(labels).toMatchObject([
      { "seatrial.run": "r1", "seatrial.guest": "w1", "seatrial.suite": "unit" },
    ]);
    expect(joined).toEqual([(await infrastructure.describe()).network]);
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: "node-finished",
        node: { kind: "service", name: "db" },
        detail: "warm",
      }),
    );
    // They outlive the run.
    expect(await services(world)).toHaveLength(1);
  });

  it("has fresh spaces in them, counted as its own", async () => {
    const names: (string | undefined)[] = [];
    await using here = await warm({
      unit: {
        processes(spec) {
          names.push(spec.env?.["NAME"]);
          return [{ exit: 0 }];
        },
      },
    });
    const borrow = lend(here.infrastructure);
    const outcomes = [];
    for (const id of ["r1", "r2"]) outcomes.push(await run(here.world, borrow, [suite({ shards: 2 })], id));
    // What one run has given back, the next one may get: put back to how it was.
    expect([new Set(names.slice(0, 2)).size, new Set(names.slice(2)).size]).toEqual([2, 2]);
    for (const { spaces, suites } of outcomes) {
      expect(spaces).toMatchObject([{ space: "db", leased: 2, kept: [] }]);
      expect(suites[0]?.spaces).toBe(2);
    }
  });

  it("leaves the spaces of a suite that failed there, and tells of its own only", async () => {
    await using here = await warm({ unit: { processes: () => [{ exit: 1 }] } });
    const borrow = lend(here.infrastructure);
    await run(here.world, borrow, [suite()], "r1");
    const outcome = await run(here.world, borrow, [suite()], "r2");
    expect(outcome.spaces?.[0]?.kept.map(({ holder }) => holder?.run)).toEqual(["r2"]);
    expect(outcome.suites[0]?.serviceLines).toEqual([
      { service: "db", log: "logs/db.log", lines: ["of another run"] },
    ]);
    const kept = here.world.events.flatMap((event) =>
      event.type === "space-kept" ? [event.space.holder?.run] : [],
    );
    expect(kept).toEqual(["r1", "r2"]);
    expect(
      (await here.infrastructure.spaces.broker.list()).filter(({ state }) => state === "kept"),
    ).toHaveLength(2);
  });

  it("fails when they end while it needs them", async () => {
    const ended = deferred<Error>();
    await using here = await warm({
      unit: {
        async *processes(_spec, io) {
          ended.resolve(new ToolError({ code: "OWNER_AWAY", message: "gone", exitCode: 1 }));
          yield { stdout: "" };
          await io.nextSignal();
        },
      },
    });
    const outcome = await run(here.world, lend(here.infrastructure, { ended: ended.promise }), [suite()]);
    expect(outcome).toMatchObject({ status: "failed", problems: [{ code: "OWNER_AWAY" }] });
  });

  it("fails when they cannot be had, with the reason", async () => {
    await using here = await warm({});
    const borrow: Borrow = () =>
      Promise.reject(new ToolError({ code: "NOT_UP", message: "none", exitCode: 3 }));
    const outcome = await run(here.world, borrow, [suite()]);
    expect(outcome).toMatchObject({ status: "failed", problems: [{ code: "NOT_UP" }] });
  });

  it("starts what depends on them itself: the app under test", async () => {
    const order: string[] = [];
    await using here = await warm({
      app: {
        ...serving,
        async *processes(_spec, io) {
          order.push("app");
          yield { stdout: "" };
          await io.nextSignal();
        },
      },
      unit: {
        processes() {
          order.push("unit");
          return [{ exit: 0 }];
        },
      },
    });
    const app = {
      name: "app",
      target: "release",
      ports: [80],
      env: {},
      readiness: { probes: [], deadline: 5_000 },
    };
    const tested = suite({ needs: ["db", "app"], app, spaces: undefined });
    const dependsOn = [{ service: "db", condition: "healthy", required: true } as const];
    const own = servicePlan({
      name: "app",
      image: { kind: "reference", reference: "more:1", pull: "missing" },
      dependsOn,
    });
    const whole = { ...plan(tested), services: [db, own] };
    await using applied = await applyRun(whole, { ...here.world.context, borrow: lend(here.infrastructure) });
    expect(applied.outcome.status).toBe("passed");
    expect(order).toEqual(["app", "unit"]);
    expect(await services(here.world)).toHaveLength(1);
  });
});

describe("the spaces of infrastructure", () => {
  const definitions = (digest: string, changes = {}) => ({
    digest,
    plans: [spacePlan({ warm: 0, ...changes })],
    early: [],
    steps: [],
    images: [],
  });
  const holder = { run: "r1", suite: "unit", test: "T", attempt: 1 };
  const signal = new AbortController().signal;

  it("are made by the newest definitions; older ones stay as long as somebody has a space of them", async () => {
    await using here = await warm({});
    const { spaces } = here.infrastructure;
    await expect(spaces.broker.acquire({ space: "db", holder }, signal)).toThrowWithCode("SPACE_NOT_DEFINED");
    await spaces.define(definitions("one"));
    const first = await spaces.broker.acquire({ space: "db", holder }, signal);
    await spaces.define(definitions("two", { limit: 3 }));
    expect(spaces.plans()[0]?.limit).toBe(3);
    const second = await spaces.broker.acquire({ space: "db", holder }, signal);
    expect(first.made.name.split("_")[1]).not.toBe(second.made.name.split("_")[1]);
    expect((await spaces.broker.find(first.id)).made).toEqual(first.made);

    await spaces.broker.drop(first.id);
    await spaces.define(definitions("two", { limit: 3 }));
    const left = (await spaces.broker.list()).map(({ id }) => id);
    expect(left).toContain(second.id);
    await expect(spaces.broker.find(first.id)).toThrowWithCode("SPACE_UNKNOWN");
  });

  it("are not taken for the plan's own when a migration's file has changed since the start", async () => {
    await using folder = await createFolder({ "1.sql": "create table a()" });
    const file = `${folder.path}/1.sql`;
    await using world = await makeRunWorld({
      scripts: { db: serving },
      context: { spaceKinds: async () => createMemoryKind().driver },
    });
    const spaces = [spacePlan({ warm: 0, template: { steps: [{ kind: "files", files: [file] }] } })];
    const own = { ...planInfrastructure(plan()), spaces, earlySpaces: [] };
    await using infrastructure = startInfrastructure({ plan: own, context: world.context, kind: "up" });
    await infrastructure.ready;
    const { definitionDigests } = await infrastructure.describe();
    expect(definitionDigests).toEqual(await digestDefinitions(own));
    const before = await definitionsOf(own);

    await writeFile(file, "create table b()");
    expect(await digestDefinitions(own)).not.toEqual(definitionDigests);
    await infrastructure.spaces.define(before);
    expect(await infrastructure.spaces.broker.outcomes()).toHaveLength(1);
    await infrastructure.spaces.define(await definitionsOf(own));
    expect(await infrastructure.spaces.broker.outcomes()).toHaveLength(2);
  });

  it("are none for whoever names definitions that others have taken the place of", async () => {
    await using here = await warm({});
    const { spaces } = here.infrastructure;
    for (const digest of ["one", "two"]) await spaces.define(definitions(digest));
    const dial = (digest: string) => {
      const [near, far] = duplexPair();
      spaces.accept(far, digest);
      return near;
    };
    const dialled = (digest: string) => connectBroker({ dial: () => dial(digest), signal });
    const [gone, there] = ["one", "two"].map(dialled);
    await expect(gone?.acquire({ space: "db", holder }, signal)).toThrowWithCode("SPACE_NOT_DEFINED");
    expect((await there?.acquire({ space: "db", holder }, signal))?.space).toBe("db");
    for (const each of [gone, there]) await each?.[Symbol.asyncDispose]();
  });

  it("are a run's own also when another run has defined others before its first request", async () => {
    const names: (string | undefined)[] = [];
    await using here = await warm({
      unit: {
        processes(spec) {
          names.push(spec.env?.["NAME"]);
          return [{ exit: 0 }];
        },
      },
    });
    const { spaces } = here.infrastructure;
    let isFirst = true;
    const borrow = lend(here.infrastructure, {
      async define(own) {
        await spaces.define(own);
        if (isFirst) await spaces.define(definitions("another"));
        isFirst = false;
      },
    });
    const outcome = await run(here.world, borrow, [suite()]);
    expect([outcome.status, names.length]).toEqual(["passed", 1]);
    expect(outcome.spaces).toMatchObject([{ leased: 1 }]);
  });

  it("are the same when the same definitions come back", async () => {
    await using here = await warm({});
    const { spaces } = here.infrastructure;
    for (const digest of ["one", "two", "one"]) await spaces.define(definitions(digest));
    const space = await spaces.broker.acquire({ space: "db", holder }, signal);
    await spaces.define(definitions("one"));
    expect((await spaces.broker.find(space.id)).made).toEqual(space.made);
  });
});
