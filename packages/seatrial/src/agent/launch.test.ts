import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineError, type WorkloadSpec } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { listAgentCache, removeAgents } from "./cache.ts";
import { createLauncher, type LaunchSpec } from "./launch.ts";
import { type FakeEngine, type FakeEngineOptions, fakeEngine } from "./testing/fake-engine.ts";

const signal = new AbortController().signal;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatrial-launch-"));
  await writeFile(join(folder, "agent"), "the agent");
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const db: LaunchSpec = {
  name: "run1-db",
  label: "service db",
  image: "app:1",
  labels: { "seatrial.run": "1" },
  env: {},
  mounts: [{ kind: "tmpfs", target: "/data" }],
  limits: {},
  security: {
    privileged: false,
    readOnlyRoot: true,
    capAdd: [],
    capDrop: [],
    options: [],
    groupAdd: [],
    sysctls: {},
    devices: [],
  },
  extraHosts: [],
};

function start(options: FakeEngineOptions = {}) {
  const engine = fakeEngine(options);
  const agentBinary = async () => join(folder, "agent");
  return { engine, launcher: createLauncher({ engine, agentBinary, leaveWithin: 100 }) };
}

/** What containers are created with from now on. */
function createdIn({ workloads }: FakeEngine): WorkloadSpec[] {
  const specs: WorkloadSpec[] = [];
  const create = workloads.create.bind(workloads);
  workloads.create = async (spec, given) => {
    specs.push(spec);
    return await create(spec, given);
  };
  return specs;
}

/** The containers beside the one that holds the agent. */
async function left(engine: FakeEngine): Promise<string[]> {
  return (await engine.workloadNames()).filter((name) => !name.startsWith("seatrial-agent-"));
}

describe("a launch", () => {
  test("listens and waits before it starts the container, with the agent as its first process", async () => {
    const { engine, launcher } = start();
    const specs = createdIn(engine);
    await using launched = await launcher.launch(db, signal);
    expect(engine.calls.slice(-4)).toEqual(["create run1-db", "wait", "attach", "start"]);
    const [volume] = await engine.volumeNames();
    expect(specs.at(-1)).toMatchObject({
      name: "run1-db",
      entrypoint: ["/.seatrial/agent", "serve"],
      command: [],
      user: "0",
      mounts: [
        { kind: "tmpfs", target: "/data" },
        { kind: "volume", name: volume, target: "/.seatrial", readOnly: true },
      ],
    });
    expect(await launched.agent.hello(signal)).toMatchObject({ protocol: 1 });
  });

  test("has what the agent needs although the service drops it, and tells the agent what is not the service's", async () => {
    const { engine, launcher } = start();
    const specs = createdIn(engine);
    const security = { ...db.security, capDrop: ["CAP_SETUID", "NET_RAW"], capAdd: ["SYS_TIME"] };
    await using _launched = await launcher.launch({ ...db, security, workingDir: "/made" }, signal);
    expect(specs.at(-1)).toMatchObject({
      command: ["--lent=SETUID"],
      workingDir: "/made",
      security: { capDrop: ["NET_RAW"], capAdd: ["SYS_TIME", "SETUID"] },
    });
  });

  test("of many containers installs the agent once, also when the first of them is aborted", async () => {
    const { engine, launcher } = start();
    const controller = new AbortController();
    const first = launcher.launch(db, controller.signal);
    const others = Promise.all(
      ["a", "b", "c"].map((name) => launcher.launch({ ...db, name: `run1-${name}` }, signal)),
    );
    controller.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
    const launched = await others;
    expect(engine.calls.filter((call) => call.startsWith("load"))).toHaveLength(1);
    await Promise.all(launched.map((workload) => workload[Symbol.asyncDispose]()));
    expect(await left(engine)).toEqual([]);
  });

  test("installs the agent again when somebody has removed it meanwhile", async () => {
    const { engine, launcher } = start();
    await launcher.prepare(signal);
    const agents = await listAgentCache({ engine, own: undefined, signal });
    expect(await removeAgents({ engine, agents, signal })).toHaveLength(1);
    await using launched = await launcher.launch(db, signal);
    expect(await launched.agent.hello(signal)).toMatchObject({ protocol: 1 });
    expect(await engine.volumeNames()).toHaveLength(1);
    expect(await left(engine)).toEqual(["run1-db"]);
  });

  for (const call of ["attach", "start"] as const) {
    test(`whose ${call} fails leaves no container and fails with that reason`, async () => {
      const error = engineError({ code: "ENGINE_FAILED", message: `${call} did not work` });
      const { engine, launcher } = start({ failing: { [call]: error } });
      await expect(launcher.launch(db, signal)).rejects.toBe(error);
      expect(await left(engine)).toEqual([]);
    });
  }

  test("that is aborted while it attaches leaves no container, and no stream behind", async () => {
    const { engine, launcher } = start();
    const controller = new AbortController();
    const attach = engine.workloads.attach.bind(engine.workloads);
    engine.workloads.attach = async (id, options) => {
      controller.abort(new Error("stopped"));
      await wait(20);
      options.signal.throwIfAborted();
      return await attach(id, options);
    };
    await expect(launcher.launch(db, controller.signal)).rejects.toThrow("stopped");
    expect(await left(engine)).toEqual([]);
  });

  test("that is aborted while the agent says nothing leaves no container", async () => {
    const { engine, launcher } = start({ agent: "silent" });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stopped")), 100);
    await expect(launcher.launch(db, controller.signal)).rejects.toThrow("stopped");
    expect(await left(engine)).toEqual([]);
  });

  test("whose container ends before its agent answers tells the exit code and the agent's last words", async () => {
    const { engine, launcher } = start({ agent: { intercept: () => true } });
    const launching = launcher.launch(db, signal);
    await launcher.prepare(signal);
    await wait(60);
    engine.end("run1-db", { exitCode: 1, lastWords: "seatrial agent: cannot use stdin\n" });
    const error = await launching.catch((reason: unknown) => reason);
    if (!isToolError(error)) throw new Error(`expected a ToolError, got ${String(error)}`);
    expect(error.message).toBe(
      "lost the agent of service db while saying hello: the container ended with exit code 1",
    );
    expect(error.lastLines).toEqual(["seatrial agent: cannot use stdin"]);
    expect(await left(engine)).toEqual([]);
  });

  test("without an agent for the platform fails with AGENT_MISSING, and the next one looks again", async () => {
    const engine = fakeEngine();
    let there = false;
    const launcher = createLauncher({
      engine,
      agentBinary: async () => {
        if (there) return join(folder, "agent");
        throw engineError({ code: "ENGINE_FAILED", message: "not built" });
      },
    });
    await expect(launcher.launch(db, signal)).toThrowWithCode("ENGINE_FAILED");
    there = true;
    await (await launcher.launch(db, signal))[Symbol.asyncDispose]();
  });
});

describe("a reserved container", () => {
  const holder = { name: "net-claim", labels: { "seatrial.run": "1" } };

  test("has its name at once, runs from its start on, and is gone with its disposal", async () => {
    const { engine, launcher } = start();
    const reserved = await launcher.reserve(holder, signal);
    const state = async () => (await engine.workloads.inspect(reserved.id, signal))?.state;
    await expect(launcher.reserve(holder, signal)).toThrowWithCode("NAME_TAKEN");
    expect(await state()).toBe("created");
    const running = await reserved.start(signal);
    expect(await state()).toBe("running");
    await running[Symbol.asyncDispose]();
    expect(await left(engine)).toEqual([]);
  });

  test("that is not started is removed by its disposal", async () => {
    const { engine, launcher } = start();
    const reserved = await launcher.reserve(holder, signal);
    await reserved[Symbol.asyncDispose]();
    expect(await left(engine)).toEqual([]);
  });

  test("that somebody removed does not start", async () => {
    const { engine, launcher } = start();
    const reserved = await launcher.reserve(holder, signal);
    await engine.workloads.remove(reserved.id, signal);
    await expect(reserved.start(signal)).toThrowWithCode("WORKLOAD_NOT_FOUND");
  });

  test("needs no image but the agent's, which is put back where it is gone", async () => {
    const { engine, launcher } = start();
    await launcher.prepare(signal);
    const [image] = await engine.images.list({ "seatrial.cache": "agent" }, signal);
    await engine.images.remove(image?.references[0] ?? "", signal);
    const reserved = await launcher.reserve(holder, signal);
    const details = await engine.workloads.inspect(reserved.id, signal);
    expect(details?.image).toBe((await engine.images.list({ "seatrial.cache": "agent" }, signal))[0]?.id);
    await (await reserved.start(signal))[Symbol.asyncDispose]();
  });
});

describe("a launched container", () => {
  test("that is killed for memory fails everything under way, saying so", async () => {
    const { engine, launcher } = start({
      agent: {
        async *processes(_spec, io) {
          yield { stdout: await io.nextSignal() };
        },
      },
    });
    await using launched = await launcher.launch(db, signal);
    const process = await launched.agent.run({ argv: ["server"] }, signal);
    engine.end("run1-db", { exitCode: 137, outOfMemory: true });
    await expect(process.exit).rejects.toThrow(
      "lost the agent of service db while running server: the container ended with exit code 137 (out of memory)",
    );
    expect(await launched.exit).toEqual({ exitCode: 137, outOfMemory: true });
    expect(isToolError(await launched.agent.closed, "AGENT_LOST")).toBe(true);
  });

  test("that gave this program up while it was stopped says so, and not that the container ended", async () => {
    let time = 1_000_000;
    const engine = fakeEngine();
    const agentBinary = async () => join(folder, "agent");
    const launcher = createLauncher({ engine, agentBinary, leaveWithin: 100, now: () => time });
    const [short, long, killed] = await Promise.all(
      ["short", "long", "killed"].map((name) => launcher.launch({ ...db, name }, signal)),
    );
    time += 30_000;
    engine.end("short", { exitCode: 0 });
    expect(await short?.exit).toEqual({ exitCode: 0 });
    time += 68_000;
    engine.end("killed", { exitCode: 137 });
    expect(await killed?.exit).toEqual({ exitCode: 137 });
    engine.end("long", { exitCode: 0 });
    const error = await long?.exit.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OWNER_STOPPED", exitCode: 3 });
    expect(String(error)).toContain("this program did not run for");
    expect(String(await long?.agent.closed)).toContain("this program did not run for");
  });

  test("ends with its disposal, which is no error, however often it is asked", async () => {
    const { engine, launcher } = start();
    const launched = await launcher.launch(db, signal);
    await Promise.all([launched[Symbol.asyncDispose](), launched[Symbol.asyncDispose]()]);
    expect(await launched.agent.closed).toBeUndefined();
    expect(await launched.exit).toEqual({ exitCode: 0 });
    expect(engine.calls).not.toContain("remove");
    expect(await left(engine)).toEqual([]);
  });

  test("that stays although its stream has ended is removed by force", async () => {
    const { engine, launcher } = start({ clingy: true });
    const launched = await launcher.launch(db, signal);
    await launched[Symbol.asyncDispose]();
    expect(engine.calls).toContain("remove");
    expect(await left(engine)).toEqual([]);
  });
});
