import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { engineError } from "../engine/index.ts";
import type { RunEvent, ServiceSpec } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { deferred } from "../support/abort.ts";
import { ToolError } from "../support/error.ts";
import { applyRun } from "./apply.ts";
import { planWith, suiteWith } from "./testing/plan.ts";
import { makeRunWorld, type Scripts } from "./testing/running.ts";

const ready = () => ({ ready: true, saw: "accepted" });
const serving: FakeAgentOptions = {
  probe: ready,
  async *processes(_spec, io) {
    yield { stdout: "listening\n" };
    await io.nextSignal();
  },
};
const passing: FakeAgentOptions = { processes: () => [{ stdout: "fine\n" }, { exit: 0 }] };
const failing: FakeAgentOptions = { processes: () => [{ stderr: "expected 3\n" }, { exit: 1 }] };
const crashing: FakeAgentOptions = { ...serving, processes: () => [{ stderr: "no disk\n" }, { exit: 7 }] };
const never: FakeAgentOptions = {
  async *processes(_spec, io) {
    yield { stdout: "begun\n" };
    await io.nextSignal();
  },
};

const service = (name: string, changes: Partial<ServiceSpec> = {}) => servicePlan({ name, ...changes });
const after = (name: string, required = true) => ({ service: name, condition: "healthy", required }) as const;

/** A whole run of this plan, with what it told and left. */
async function run(
  scripts: Scripts,
  plan: Parameters<typeof planWith>[0],
  rest: Omit<Parameters<typeof makeRunWorld>[0], "scripts"> = {},
) {
  await using world = await makeRunWorld({ scripts, ...rest });
  const { outcome, exitCode } = await world.run(planWith(plan));
  return { outcome, exitCode, events: world.events, left: await world.left() };
}

const finishesOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === "node-finished" ? [`${event.node.kind} ${event.node.name} ${event.state}`] : [],
  );

describe("a run whose suites pass", () => {
  it("has passed, with what happened to each part, and leaves nothing", async () => {
    const { outcome, exitCode, events, left } = await run(
      { db: serving, unit: passing },
      {
        services: [service("db")],
        suites: [suiteWith({ needs: ["db"] })],
        volumes: ["data"],
        warnings: ["FOO is not set"],
      },
    );
    expect(exitCode).toBe(0);
    expect(outcome).toMatchObject({
      run: "r1",
      project: "shop",
      status: "passed",
      engine: { name: "Engine in memory", platform: "linux/amd64" },
      source: { commit: "abc", dirty: false },
      problems: [],
      services: [{ name: "db", image: "db:1", status: "ready", snapshot: "none", log: "logs/db.log" }],
      suites: [{ name: "unit", status: "passed", counts: { passed: 1, failed: 0, skipped: 0 } }],
    });
    expect(outcome.warnings).toContain("FOO is not set");
    expect(finishesOf(events)).toEqual(["service db passed", "suite unit passed"]);
    expect(left).toEqual([]);
  });

  it("has in its outcome whatever was warned of on its way", async () => {
    const suite = suiteWith({ grep: "one" });
    const { outcome, events } = await run({ unit: passing }, { suites: [suite] });
    const told = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(told.join()).toContain("runs all of its tests");
    expect(outcome.warnings).toEqual(told);
  });

  it("runs a suite from the moment that its own needs are ready, not those of others", async () => {
    const slow = deferred<void>();
    const probe = async () => {
      await slow.promise;
      return ready();
    };
    const running: FakeAgentOptions = {
      processes: () => {
        slow.resolve();
        return [{ exit: 0 }];
      },
    };
    const { exitCode, outcome } = await run(
      { db: serving, late: { ...serving, probe }, quick: running, patient: passing },
      {
        services: [service("db"), service("late")],
        suites: [
          suiteWith({ name: "quick", needs: ["db"] }),
          suiteWith({ name: "patient", needs: ["db", "late"] }),
        ],
      },
    );
    expect(exitCode).toBe(0);
    expect(outcome.suites.map(({ name, needs }) => [name, needs])).toEqual([
      ["quick", ["db"]],
      ["patient", ["db", "late"]],
    ]);
  });

  it("starts services in the order of their dependencies", async () => {
    const order: string[] = [];
    const noting = (name: string, options: FakeAgentOptions): FakeAgentOptions => ({
      ...options,
      processes(spec, io) {
        order.push(name);
        return options.processes?.(spec, io) ?? [];
      },
    });
    const { outcome } = await run(
      {
        db: noting("db", serving),
        migrate: noting("migrate", passing),
        api: noting("api", serving),
        unit: noting("unit", passing),
      },
      {
        services: [
          service("api", { dependsOn: [after("migrate")] }),
          service("migrate", { oneShot: true, dependsOn: [after("db")] }),
          service("db"),
        ],
        suites: [suiteWith({ needs: ["api"] })],
      },
    );
    expect(order).toEqual(["db", "migrate", "api", "unit"]);
    expect(outcome.suites[0]?.needs).toEqual(["api", "db", "migrate"]);
    expect(outcome.services.map(({ status }) => status)).toEqual(["ready", "completed", "ready"]);
  });
});

describe("a run whose suite fails", () => {
  it("has failed with code 1, and the other suites are run to their ends", async () => {
    const { outcome, exitCode, left } = await run(
      { db: serving, unit: failing, more: passing },
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] }), suiteWith({ name: "more" })] },
    );
    expect(exitCode).toBe(1);
    expect(outcome).toMatchObject({ status: "failed", problems: [] });
    expect(outcome.suites.map(({ status }) => status)).toEqual(["failed", "passed"]);
    expect(outcome.suites[0]?.serviceLines).toEqual([
      { service: "db", log: "logs/db.log", lines: ["listening"] },
    ]);
    expect(left).toEqual([]);
  });

  it("has the exit code of what kept the suite from being run", async () => {
    const { outcome, exitCode } = await run(
      { more: passing },
      { suites: [suiteWith({ image: missing() }), suiteWith({ name: "more" })] },
    );
    expect(exitCode).toBe(3);
    expect(outcome.suites).toMatchObject([
      { status: "failed", problem: { code: "IMAGE_NOT_FOUND", subject: "unit" } },
      { status: "passed" },
    ]);
  });

  it("says at once that its container cannot be had, however long its services take", async () => {
    let refused = false;
    const { outcome, events } = await run(
      { db: { ...serving, probe: () => ({ ready: refused, saw: "starting" }) } },
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] })] },
      {
        wrap: (engine) => {
          const { create } = engine.workloads;
          engine.workloads.create = async (spec, signal) => {
            if (spec.labels["seatrial.suite"] === undefined) return await create(spec, signal);
            setImmediate(() => {
              refused = true;
            });
            throw engineError({ code: "ENGINE_FAILED", message: "no such runtime" });
          };
          return engine;
        },
      },
    );
    expect(outcome.suites[0]?.problem).toMatchObject({ code: "ENGINE_FAILED" });
    expect(finishesOf(events)).toEqual(["suite unit failed", "service db passed"]);
  });
});

const missing = () => ({ kind: "reference", reference: "nowhere:1", pull: "missing" }) as const;

describe("a run whose service fails", () => {
  it("has failed at once with its reason, told once; what waits for it is not run", async () => {
    const { outcome, exitCode, events, left } = await run(
      { db: crashing, api: serving, other: serving, unit: passing, more: never },
      {
        services: [
          service("db", { readiness: { probes: [{ kind: "tcp", port: 1 }], deadline: 5_000 } }),
          service("api", { dependsOn: [after("db")] }),
          service("other", { readiness: { probes: [], deadline: 5_000 } }),
        ],
        suites: [suiteWith({ needs: ["api"] }), suiteWith({ name: "more", needs: ["other"] })],
      },
      {},
    );
    expect(exitCode).toBe(1);
    expect(outcome.status).toBe("failed");
    expect(outcome.problems).toMatchObject([
      { code: "SERVICE_EXITED", subject: "db", lastLines: ["no disk"] },
    ]);
    expect(outcome.services.map(({ name, status }) => `${name} ${status}`)).toContain("db failed");
    expect(outcome.services.find(({ name }) => name === "api")?.status).toBe("stopped");
    expect(outcome.suites[0]?.status).toBe("skipped");
    expect(outcome.suites[0]?.problem).toBeUndefined();
    const problems = events.flatMap((event) =>
      event.type === "node-finished" && event.problem !== undefined ? [event.node.name] : [],
    );
    expect(problems).toEqual(["db"]);
    expect(left).toEqual([]);
  });

  it("while a suite runs stops the suite, and keeps what it had", async () => {
    const end = deferred<void>();
    const { outcome, exitCode } = await run(
      {
        db: {
          probe: ready,
          async *processes() {
            yield { stdout: "up\n" };
            await end.promise;
            yield { exit: 3 };
          },
        },
        unit: {
          async *processes(_spec, io) {
            yield { stdout: "begun\n" };
            end.resolve();
            await io.nextSignal();
          },
        },
      },
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] })] },
    );
    expect(exitCode).toBe(1);
    expect(outcome.problems).toMatchObject([{ code: "SERVICE_EXITED", subject: "db" }]);
    expect(outcome.services[0]?.status).toBe("failed");
    expect(outcome.suites[0]?.status).toBe("stopped");
  });

  it("that nothing requires goes on with a warning", async () => {
    const { outcome, exitCode } = await run(
      { db: serving, metrics: crashing, unit: passing },
      {
        services: [service("db", { dependsOn: [after("metrics", false)] }), service("metrics")],
        suites: [suiteWith({ needs: ["db"] })],
      },
    );
    expect(exitCode).toBe(0);
    expect(outcome.services.map(({ status }) => status)).toEqual(["ready", "failed"]);
    expect(outcome.warnings.join()).toContain("Service metrics failed, and nothing requires it");
  });

  it("has the exit code of its reason: 3 when the engine is out of reach", async () => {
    const { outcome, exitCode } = await run(
      { unit: passing },
      { services: [service("db", { image: missing() })], suites: [suiteWith({ needs: ["db"] })] },
    );
    expect(exitCode).toBe(3);
    expect(outcome.problems).toMatchObject([{ code: "IMAGE_NOT_FOUND", subject: "db" }]);
  });
});

describe("a run that is stopped", () => {
  it("by its user has code 130, no problem, and leaves nothing", async () => {
    const stop = new AbortController();
    const { outcome, exitCode, events, left } = await run(
      {
        db: serving,
        unit: {
          processes() {
            queueMicrotask(() => stop.abort(new Error("SIGINT")));
            return (async function* () {
              yield { stdout: "begun\n" };
              await new Promise(() => undefined);
            })();
          },
        },
      },
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] })], volumes: ["data"] },
      { context: { signal: stop.signal } },
    );
    expect(exitCode).toBe(130);
    expect(outcome).toMatchObject({ status: "stopped", problems: [], suites: [{ status: "stopped" }] });
    expect(finishesOf(events)).toContain("suite unit stopped");
    expect(left).toEqual([]);
  });

  it("before it began does nothing", async () => {
    const { outcome, exitCode, left } = await run(
      { db: serving },
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] })] },
      { context: { signal: AbortSignal.abort(new Error("SIGINT")) } },
    );
    expect(exitCode).toBe(130);
    expect(outcome.suites[0]?.status).toBe("skipped");
    expect(left).toEqual([]);
  });

  it("since it can no longer be written down has failed with that, also when that came first", async () => {
    const full = new ToolError({ code: "RESULTS_NOT_WRITABLE", message: "the disk is full" });
    const { outcome, exitCode } = await run(
      { unit: never },
      { suites: [suiteWith()] },
      { context: { broken: AbortSignal.abort(full) } },
    );
    expect(exitCode).toBe(2);
    expect(outcome).toMatchObject({ status: "failed", problems: [{ code: "RESULTS_NOT_WRITABLE" }] });
  });
});

describe("a run in an engine that is away", () => {
  it("ends with an outcome and code 3, also when nothing is known of the engine", async () => {
    const away = () => {
      throw engineError({ code: "ENGINE_UNREACHABLE", message: "nobody answers" });
    };
    const { outcome, exitCode } = await run(
      {},
      { services: [service("db")], suites: [suiteWith({ needs: ["db"] })] },
      {
        wrap: (engine) => ({
          ...engine,
          capabilities: async () => away(),
          images: { ...engine.images, inspect: async () => away() },
        }),
      },
    );
    expect(exitCode).toBe(3);
    expect(outcome.status).toBe("failed");
    expect(outcome.problems).toHaveLength(1);
    expect(outcome.problems[0]?.code).toBe("ENGINE_UNREACHABLE");
  });
});

it("a bug of ours is told as one, with code 70 and its stack", async () => {
  const { outcome, exitCode } = await run(
    { db: serving },
    { services: [service("db", { image: { kind: "target", target: "never-planned" } })] },
  );
  expect(exitCode).toBe(70);
  expect(outcome.problems).toMatchObject([{ code: "BUG", subject: "db" }]);
  expect(outcome.problems[0]?.lastLines?.join()).toContain("image.ts");
});

describe("what a run used", () => {
  it("is there until the run is disposed: the result does not wait for its removal", async () => {
    await using world = await makeRunWorld({ scripts: { db: serving, unit: passing } });
    const plan = planWith({
      services: [service("db")],
      suites: [suiteWith({ needs: ["db"] })],
      volumes: ["data"],
    });
    const applied = await applyRun(plan, world.context);
    expect(await world.left()).toContain("seatrial-r1-db");
    expect(await world.left()).toContain("seatrial-r1-data");
    await applied[Symbol.asyncDispose]();
    expect(await world.left()).toEqual([]);
  });

  it("goes containers first, then volumes; one that cannot be removed hides no other", async () => {
    const removed: string[] = [];
    await using world = await makeRunWorld({
      scripts: { db: serving, unit: passing },
      wrap: (engine) => {
        const { remove } = engine.volumes;
        engine.volumes.remove = async (name, signal) => {
          if (!name.startsWith("seatrial-r1-")) return await remove(name, signal);
          removed.push(name);
          if (name.endsWith("-stuck")) throw engineError({ code: "ENGINE_FAILED", message: "stuck" });
          await remove(name, signal);
        };
        return engine;
      },
    });
    const mount = { kind: "volume", name: "data", target: "/data", readOnly: false } as const;
    const plan = planWith({
      services: [service("db", { mounts: [mount] })],
      suites: [suiteWith({ needs: ["db"] })],
      volumes: ["stuck", "data"],
    });
    const applied = await applyRun(plan, world.context);
    await expect(applied[Symbol.asyncDispose]()).rejects.toThrow();
    expect(removed.sort()).toEqual(["seatrial-r1-data", "seatrial-r1-stuck"]);
    expect(await world.left()).toEqual(["seatrial-r1-stuck"]);
  });
});
