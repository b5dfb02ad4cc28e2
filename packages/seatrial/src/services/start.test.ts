import { describe, expect, test } from "vitest";
import type { FakeAgentOptions, FakeProcessScript } from "../agent/testing/index.ts";
import { engineError } from "../engine/index.ts";
import { STAND_IN_LABEL } from "../model/index.ts";
import { deferred } from "../support/abort.ts";
import type { ToolError } from "../support/error.ts";
import { type StartOptions, startService } from "./start.ts";
import { makeWorld, type Script, servicePlan, type World } from "./testing/world.ts";

/** A server that prints a line, and ends with code 0 when it is asked to. */
const server: FakeProcessScript = async function* (_spec, io) {
  yield { stdout: "listening\n" };
  await io.nextSignal();
  yield { stdout: "bye\n" };
};
const ready = () => ({ ready: true, saw: "accepted" });
const refused = () => ({ ready: false, saw: "connection refused" });
const healthy: FakeAgentOptions = { processes: server, probe: ready };

function start(world: World, changes: Partial<StartOptions> = {}) {
  return startService({
    plan: servicePlan(),
    runtime: world.runtime,
    dependencies: Promise.resolve(),
    onNote: world.onNote,
    signal: new AbortController().signal,
    ...changes,
  });
}

/** A world whose every service does this. */
const worldOf = (options: FakeAgentOptions, rest: Omit<Parameters<typeof makeWorld>[0], "script"> = {}) =>
  makeWorld({ script: () => options, ...rest });

async function failureOf(promise: Promise<unknown>): Promise<ToolError> {
  return await promise.then(
    () => {
      throw new Error("expected a failure");
    },
    (error: ToolError) => error,
  );
}

describe("a service that becomes ready", () => {
  test("runs in its container until it is disposed", async () => {
    const world = await worldOf(healthy);
    const service = await start(world);
    expect(service).toMatchObject({ status: "ready", snapshot: "none", standIn: false });
    expect(await world.containers()).toEqual(["seatrial-r1-db"]);
    await service[Symbol.asyncDispose]();
    expect(await world.containers()).toEqual([]);
  });

  test("counts its boot from the start of its container, not of a pull", async () => {
    let clock = 0;
    const world = await makeWorld({
      script: () => ({
        processes: server,
        probe() {
          clock += 7;
          return ready();
        },
      }),
      images: [],
      registry: [{ reference: "db:1" }],
      now: () => clock,
    });
    const pull = world.engine.images.pull;
    world.engine.images.pull = async (...given) => {
      clock += 60_000;
      return await pull(...given);
    };
    await using service = await start(world);
    expect(service.bootDuration).toBe(7);
    expect(world.notes).toContain("pulling db:1: 1 of 1 layers");
  });

  test("says that its image is a stand-in", async () => {
    const images = [{ reference: "db:1", config: { labels: { [STAND_IN_LABEL]: "true" } } }];
    const world = await worldOf(healthy, { images });
    await using service = await start(world);
    expect(service.standIn).toBe(true);
  });

  test("has its files before its process starts", async () => {
    const seen: boolean[] = [];
    const files = new Map();
    const world = await worldOf({
      probe: ready,
      files,
      processes: (spec, io) => {
        seen.push(files.has("/etc/db.conf"));
        return server(spec, io);
      },
    });
    const file = {
      from: { kind: "content", content: "x=1", secret: false },
      target: "/etc/db.conf",
    } as const;
    await using _service = await start(world, { plan: servicePlan({ files: [file] }) });
    expect(seen).toEqual([true]);
  });

  test("starts its container, but not its process, before its dependencies are ready", async () => {
    const dependencies = deferred<void>();
    let started = 0;
    const world = await worldOf({
      probe: ready,
      processes: (spec, io) => {
        started += 1;
        return server(spec, io);
      },
    });
    const launched = nextLaunch(world);
    const starting = start(world, { dependencies: dependencies.promise });
    await launched;
    expect(await world.containers()).toEqual(["seatrial-r1-db"]);
    expect(started).toBe(0);
    dependencies.resolve();
    await using _service = await starting;
    expect(started).toBe(1);
  });
});

describe("a service that does not become ready", () => {
  test.each([
    { end: { code: 3 }, code: "SERVICE_EXITED", says: "before it was ready with exit code 3" },
    { end: { code: null, signal: "SEGV" }, code: "SERVICE_EXITED", says: "with signal SEGV" },
    { end: { code: 137, outOfMemory: true }, code: "SERVICE_OUT_OF_MEMORY", says: "memory limit" },
  ])(
    "fails with its end ($says) and its last lines, and leaves no container",
    async ({ end, code, says }) => {
      const world = await worldOf({
        probe: refused,
        async *processes() {
          yield { stdout: "reading\n" };
          yield { stderr: "cannot\nno newline at the end" };
          yield { exit: end };
        },
      });
      const failure = await failureOf(start(world));
      expect(failure).toMatchObject({ code, exitCode: 1 });
      expect(failure.message).toContain(says);
      expect(failure.lastLines).toEqual(["reading", "cannot", "no newline at the end"]);
      expect(world.textOf("db")).toBe("reading\ncannot\nno newline at the end");
      expect(await world.containers()).toEqual([]);
    },
  );

  test("is told how to be a one-shot when it ended well", async () => {
    const world = await worldOf({ probe: refused, processes: () => [{ exit: 0 }] });
    expect((await failureOf(start(world))).hint).toContain("service_completed_successfully");
  });

  test("fails at its deadline with what was seen", async () => {
    const world = await worldOf({ processes: server, probe: refused });
    const plan = servicePlan({ readiness: { probes: [{ kind: "tcp", port: 5432 }], deadline: 40 } });
    const failure = await failureOf(start(world, { plan }));
    expect(failure).toMatchObject({ code: "SERVICE_NOT_READY", lastLines: ["listening"] });
    expect(failure.message).toContain("port 5432: connection refused");
    expect(await world.containers()).toEqual([]);
  });

  test("fails when its command cannot be run, or when there is none", async () => {
    const refusing = await worldOf({ probe: ready, processes: () => ({ refuse: "serve: not found" }) });
    const failure = await failureOf(start(refusing));
    expect(failure).toMatchObject({ code: "SERVICE_NOT_STARTED", exitCode: 1 });
    expect(failure.message).toBe("Service db: serve: not found.");
    expect(await refusing.containers()).toEqual([]);
    const empty = await worldOf(healthy);
    const plan = servicePlan({ command: undefined });
    expect((await failureOf(start(empty, { plan }))).message).toContain(
      "neither an entrypoint nor a command",
    );
  });

  test("fails as out of memory, not as an engine that is away, when its container was killed for memory", async () => {
    const world = await makeWorld({
      script: (_service, container) => ({
        probe: refused,
        async *processes() {
          yield { stdout: "filling\n" };
          container.stdio.destroy();
        },
      }),
    });
    const launch = world.runtime.launcher.launch;
    world.runtime.launcher.launch = async (...given) => ({
      ...(await launch(...given)),
      exit: Promise.resolve({ exitCode: 137, outOfMemory: true }),
    });
    expect(await failureOf(start(world))).toMatchObject({
      code: "SERVICE_OUT_OF_MEMORY",
      exitCode: 1,
      lastLines: ["filling"],
    });
  });

  test("fails as a container that is gone when somebody removed it", async () => {
    const world = await worldOf({ probe: refused, processes: server });
    const starting = failureOf(start(world));
    while (!world.notes.some((note) => note.startsWith("waiting"))) await new Promise(setImmediate);
    const [container] = await world.engine.workloads.list({ "seatrial.service": "db" }, never());
    await world.engine.workloads.remove(container?.id ?? "", never());
    const failure = await starting;
    expect(failure).toMatchObject({ code: "SERVICE_EXITED", exitCode: 1 });
    expect(failure.message).toContain("exit code 137 (killed)");
  });

  test("fails with the reason of a dependency that failed, and leaves no container", async () => {
    const world = await worldOf(healthy);
    const reason = new Error("the other one failed");
    const dependencies = Promise.reject(reason);
    dependencies.catch(() => undefined);
    await expect(start(world, { dependencies })).rejects.toBe(reason);
    expect(await world.containers()).toEqual([]);
  });

  test("keeps its own reason when its container cannot be removed either", async () => {
    const world = await worldOf({ probe: refused, processes: () => [{ exit: 3 }] });
    const launch = world.runtime.launcher.launch;
    world.runtime.launcher.launch = async (...given) => ({
      ...(await launch(...given)),
      [Symbol.asyncDispose]: () => Promise.reject(new Error("the engine is stuck")),
    });
    await expect(start(world)).toThrowWithCode("SERVICE_EXITED");
  });
});

describe("a one-shot", () => {
  const plan = servicePlan({ oneShot: true, readiness: { probes: [], deadline: 60 } });

  test("has completed when it ended with code 0", async () => {
    const world = await worldOf({ processes: () => [{ stdout: "migrated\n" }, { exit: 0 }] });
    await using service = await start(world, { plan });
    expect(service.status).toBe("completed");
    expect(world.textOf("db")).toBe("migrated\n");
  });

  test("that fails is a failure with its lines", async () => {
    const world = await worldOf({ processes: () => [{ stderr: "no table\n" }, { exit: 4 }] });
    const failure = await failureOf(start(world, { plan }));
    expect(failure).toMatchObject({ code: "SERVICE_EXITED", lastLines: ["no table"] });
    expect(failure.message).toContain("as a one-shot with exit code 4");
    expect(await world.containers()).toEqual([]);
  });

  test("that hangs fails at its deadline", async () => {
    const world = await worldOf({ processes: server });
    await expect(start(world, { plan })).toThrowWithCode("SERVICE_NOT_READY");
    expect(await world.containers()).toEqual([]);
  });
});

describe("the failure of a service that was ready", () => {
  test("comes when its process ends", async () => {
    const end = deferred<void>();
    const world = await worldOf({
      probe: ready,
      async *processes() {
        yield { stdout: "serving\n" };
        await end.promise;
        yield { stderr: "panic\n" };
        yield { exit: 2 };
      },
    });
    await using service = await start(world);
    end.resolve();
    const failure = await service.failure;
    expect(failure.message).toContain("ended while it was needed with exit code 2");
    expect(failure.lastLines).toEqual(["serving", "panic"]);
  });

  test("keeps the engine's exit code when the engine itself is out of reach", async () => {
    const world = await worldOf(healthy);
    const launch = world.runtime.launcher.launch;
    const cut = deferred<never>();
    cut.promise.catch(() => undefined);
    world.runtime.launcher.launch = async (...given) => ({ ...(await launch(...given)), exit: cut.promise });
    const service = await start(world);
    cut.reject(engineError({ code: "ENGINE_CONNECTION_LOST", message: "cut" }));
    await service[Symbol.asyncDispose]();
    expect(await service.failure).toMatchObject({ code: "ENGINE_CONNECTION_LOST", exitCode: 3 });
  });

  test("does not come for a one-shot, which is over", async () => {
    const world = await worldOf({ processes: () => [{ exit: 0 }] });
    const service = await start(world, { plan: servicePlan({ oneShot: true }) });
    await service[Symbol.asyncDispose]();
    expect(await Promise.race([service.failure, Promise.resolve("nothing")])).toBe("nothing");
  });
});

describe("an abort", () => {
  const hang = (stage: string, stop: () => void): Script => {
    const at = (name: string) => {
      if (name === stage) stop();
    };
    return () => ({
      intercept: (_stream, { path }) => {
        at(path.split("?")[0] ?? "");
        return false;
      },
      probe: () => {
        at("probe");
        return refused();
      },
      async *processes(_spec, io) {
        yield { stdout: "up\n" };
        at("process");
        await io.nextSignal();
      },
    });
  };

  test.each(["/v1/hello", "/v1/files", "/v1/processes", "process", "probe"])(
    "at the stage of %s ends with its reason and leaves no container",
    async (stage) => {
      const stop = new AbortController();
      const reason = new Error("stopped by the user");
      const world = await makeWorld({ script: hang(stage, () => stop.abort(reason)) });
      const file = { from: { kind: "content", content: "x", secret: false }, target: "/etc/x" } as const;
      const plan = servicePlan({ files: [file] });
      await expect(start(world, { plan, signal: stop.signal })).rejects.toBe(reason);
      expect(await world.containers()).toEqual([]);
    },
  );

  test("while it waits for its dependencies ends with its reason, and leaves no container", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const world = await worldOf(healthy);
    const launched = nextLaunch(world);
    const starting = start(world, { dependencies: deferred<void>().promise, signal: stop.signal });
    await launched;
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(await world.containers()).toEqual([]);
  });
});

/** Resolves when a container has been launched. */
function nextLaunch({ runtime: { launcher } }: World): Promise<void> {
  const launched = deferred<void>();
  const { launch } = launcher;
  launcher.launch = async (...given) => {
    const workload = await launch(...given);
    launched.resolve();
    return workload;
  };
  return launched.promise;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
