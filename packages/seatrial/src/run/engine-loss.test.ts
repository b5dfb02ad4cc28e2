import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { type Engine, engineError } from "../engine/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { deferred, orAborted } from "../support/abort.ts";
import { planWith, suiteWith } from "./testing/plan.ts";
import { makeRunWorld } from "./testing/running.ts";

/** An engine whose connections can be cut in a stated order: first those of the containers whose name has a word, then the rest. */
function cuttable(): { wrap: (engine: Engine) => Engine; cut: (first: string) => void } {
  const away = new AbortController();
  const streams: { id: string; stream: Duplex }[] = [];
  const names = new Map<string, string>();
  return {
    wrap: (engine) => ({
      ...engine,
      workloads: {
        ...engine.workloads,
        async create(spec, signal) {
          const id = await engine.workloads.create(spec, signal);
          names.set(id, spec.name);
          return id;
        },
        async attach(id, options) {
          const stream = await engine.workloads.attach(id, options);
          streams.push({ id, stream });
          return stream;
        },
        waitForExit: async (id, signal) =>
          await orAborted(engine.workloads.waitForExit(id, signal), away.signal),
      },
    }),
    cut(first) {
      away.abort(engineError({ code: "ENGINE_CONNECTION_LOST", message: "the cable is cut" }));
      const order = [...streams].sort((one) => (names.get(one.id)?.includes(first) ? -1 : 1));
      for (const { stream } of order) stream.destroy();
    },
  };
}

describe("an engine whose connection is cut while a suite runs", () => {
  it.each(["unit", "db"])(
    "is the run's one problem, in the engine's words, when %s hears of it first",
    async (first) => {
      const engine = cuttable();
      const running = deferred<void>();
      const serving: FakeAgentOptions = {
        probe: () => ({ ready: true, saw: "accepted" }),
        async *processes(_spec, io) {
          yield { stdout: "listening\n" };
          await io.nextSignal();
        },
      };
      const hanging: FakeAgentOptions = {
        async *processes(_spec, io) {
          yield { stdout: "begun\n" };
          running.resolve();
          await io.nextSignal();
        },
      };
      await using world = await makeRunWorld({ scripts: { db: serving, unit: hanging }, wrap: engine.wrap });
      const run = world.run(
        planWith({ services: [servicePlan({ name: "db" })], suites: [suiteWith({ needs: ["db"] })] }),
      );
      await running.promise;
      engine.cut(first);
      const { outcome, exitCode } = await run;
      expect(exitCode).toBe(3);
      expect(outcome.problems).toMatchObject([
        { code: "ENGINE_CONNECTION_LOST", message: "the cable is cut" },
      ]);
      expect(outcome.suites).toMatchObject([{ status: "stopped", counts: { passed: 0 } }]);
    },
  );

  it("is so as well for a suite that needs no service", async () => {
    const engine = cuttable();
    const running = deferred<void>();
    const hanging: FakeAgentOptions = {
      async *processes(_spec, io) {
        yield { stdout: "begun\n" };
        running.resolve();
        await io.nextSignal();
      },
    };
    await using world = await makeRunWorld({ scripts: { unit: hanging }, wrap: engine.wrap });
    const run = world.run(planWith({ suites: [suiteWith()] }));
    await running.promise;
    engine.cut("unit");
    const { outcome, exitCode } = await run;
    expect(exitCode).toBe(3);
    expect(outcome.problems).toMatchObject([{ code: "ENGINE_CONNECTION_LOST" }]);
  });
});
