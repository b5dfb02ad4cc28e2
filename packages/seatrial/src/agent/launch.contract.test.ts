import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDocker, resolveEndpoint } from "../engine/docker/index.ts";
import type { Engine } from "../engine/index.ts";
import { agentBinary } from "./binary.ts";
import { type CachedAgent, listAgentCache, removeAgents } from "./cache.ts";
import { type Holder, holderOf } from "./holder.ts";
import { installAgent } from "./install.ts";
import { createLauncher, type Launcher, type LaunchSpec } from "./launch.ts";
import { placeFiles } from "./place-files.ts";
import type { LaunchedWorkload } from "./start.ts";
import { buildRealAgent } from "./testing/real-agent.ts";

const signal = new AbortController().signal;
/** An image with a shell; machines without Docker Hub have the rig's stand-in of it. */
const BASE = "debian:13";
const labels = { "seatrial.test": `agent-${randomBytes(4).toString("hex")}` };

let folder = "";
/** An agent of this test's own: the real one with a few bytes behind it, and so with a key of its own. */
let ownBinary = "";
let engine: Engine;
let base = "";
let launcher: Launcher;

beforeAll(async () => {
  await buildRealAgent();
  folder = await mkdtemp(join(tmpdir(), "seatrial-launch-"));
  engine = await connect();
  ownBinary = join(folder, "agent");
  const { platform } = await engine.capabilities(signal);
  const binary = await readFile(await agentBinary(platform));
  await writeFile(ownBinary, Buffer.concat([binary, randomBytes(16)]));
  launcher = createLauncher({ engine, agentBinary: async () => ownBinary });
  const image =
    (await engine.images.inspect(BASE, signal)) ??
    (await engine.images.pull(BASE, { onProgress: () => undefined, signal }));
  base = image.id;
}, 300_000);

afterAll(async () => {
  for (const { id } of await engine.workloads.list(labels, signal)) await engine.workloads.remove(id, signal);
  await removeOwn(await own());
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function connect(): Promise<Engine> {
  return connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
}

/** What belongs to this test's own agent in the engine. */
async function own() {
  const { platform } = await engine.capabilities(signal);
  const { volume } = await installAgent({ engine, binary: ownBinary, platform, signal });
  return holderOf(volume.split("-")[2] ?? "");
}

/** This test's own agent as the cache has it. */
async function ownCached({ name }: Holder): Promise<CachedAgent[]> {
  const agents = await listAgentCache({ engine, own: undefined, signal });
  return agents.filter((each) => each.name === name);
}

async function removeOwn(holder: Holder): Promise<void> {
  await removeAgents({ engine, agents: await ownCached(holder), signal });
}

function specOf(changes: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    name: `seatrial-test-${randomBytes(6).toString("hex")}`,
    image: base,
    labels,
    env: { FROM_CONTAINER: "yes" },
    mounts: [],
    limits: {},
    security: {
      privileged: false,
      readOnlyRoot: false,
      capAdd: [],
      capDrop: [],
      options: [],
      groupAdd: [],
      sysctls: {},
      devices: [],
    },
    extraHosts: [],
    ...changes,
  };
}

async function outputOf(launched: LaunchedWorkload, script: string, user?: string): Promise<string> {
  const running = await launched.agent.run({ argv: ["sh", "-c", script], user }, signal);
  let all = "";
  for await (const { data } of running.output) all += data;
  return all.trim();
}

const isGone = async (id: string) => (await engine.workloads.inspect(id, signal)) === undefined;

describe("in a real container, the agent", () => {
  test("is installed once by many programs at once, and works from the volume in all their containers", async () => {
    const engines = await Promise.all(Array.from({ length: 5 }, connect));
    const launchers = engines.map((each) =>
      createLauncher({ engine: each, agentBinary: async () => ownBinary }),
    );
    const launched = await Promise.all(launchers.map((each) => each.launch(specOf(), signal)));
    const holder = await own();
    expect(await engine.workloads.list(holder.labels, signal)).toHaveLength(1);
    expect(await engine.volumes.list(holder.labels, signal)).toHaveLength(1);
    for (const each of launched) {
      expect(
        await outputOf(each, "echo $FROM_CONTAINER; touch /.seatrial/x 2>/dev/null || echo read-only"),
      ).toBe("yes\nread-only");
    }
    await Promise.all(launched.map((each) => each[Symbol.asyncDispose]()));
    expect(await Promise.all(launched.map(({ id }) => isGone(id)))).toEqual(launched.map(() => true));
    await Promise.all(engines.map((each) => each[Symbol.asyncDispose]()));
  });

  test("is installed again when its container was removed", async () => {
    const holder = await own();
    const [first] = await engine.volumes.list(holder.labels, signal);
    const [container] = await engine.workloads.list(holder.labels, signal);
    await engine.workloads.remove(container?.id ?? "", signal);
    const again = createLauncher({ engine, agentBinary: async () => ownBinary });
    await using launched = await again.launch(specOf(), signal);
    expect(await launched.agent.hello(signal)).toMatchObject({ protocol: 1, uid: 0 });
    const volumes = await engine.volumes.list(holder.labels, signal);
    expect(volumes.map(({ name }) => name)).not.toContain(first?.name);
    expect(volumes).toHaveLength(1);
  });

  test("is installed again when all of it was removed under a program that has launched before", async () => {
    const holder = await own();
    await (await launcher.launch(specOf(), signal))[Symbol.asyncDispose]();
    await removeOwn(holder);
    await using launched = await launcher.launch(specOf(), signal);
    expect(await outputOf(launched, "echo again")).toBe("again");
    expect(await engine.volumes.list(holder.labels, signal)).toHaveLength(1);
  });

  test("is in use while a container of a run has it, and leaves nothing when it is removed afterwards", async () => {
    const holder = await own();
    const size = (await stat(ownBinary)).size;
    const launched = await launcher.launch(
      specOf({ labels: { ...labels, "seatrial.run": "contract" } }),
      signal,
    );
    const [used] = await ownCached(holder);
    expect(used?.use).toBe("in use");
    expect(used?.size).toBeGreaterThanOrEqual(2 * size);
    expect(Math.abs(Date.now() - Date.parse(used?.createdAt ?? ""))).toBeLessThan(10 * 60_000);
    await launched[Symbol.asyncDispose]();
    expect(await ownCached(holder)).toMatchObject([{ use: "idle" }]);
    await removeOwn(holder);
    expect(await ownCached(holder)).toEqual([]);
  });

  test("works in an image from scratch, without a shell, with a read-only root and no privileges", async () => {
    const holder = await own();
    const scratch = await engine.images.inspect(holder.image, signal);
    const spec = specOf({ image: scratch?.id ?? "" });
    spec.security = { ...spec.security, readOnlyRoot: true, capDrop: ["ALL"] };
    spec.mounts = [{ kind: "tmpfs", target: "/results", mode: 0o1777 }];
    await using launched = await launcher.launch(spec, signal);
    expect(await launched.agent.hello(signal)).toMatchObject({ uid: 0 });
    const argv = ["/.seatrial/agent", "version"];
    const version = await launched.agent.run({ argv, user: "1234:1234" }, signal);
    for await (const { data } of version.output) expect(data.toString()).toContain("protocol 1");
    expect(await launched.agent.files.stat("/results", signal)).toMatchObject({ kind: "folder" });
  });

  test("becomes other users and places their files where capabilities are dropped, and passes none on", async () => {
    const spec = specOf();
    spec.security = { ...spec.security, capDrop: ["ALL"], options: ["no-new-privileges:true"] };
    spec.mounts = [{ kind: "tmpfs", target: "/run/secrets", mode: 0o755 }];
    await using launched = await launcher.launch(spec, signal);
    const file = {
      from: { kind: "content", content: "s3cret", secret: true },
      mode: 0o400,
      uid: 999,
    } as const;
    const files = [{ ...file, target: "/run/secrets/key" }];
    await placeFiles({ subject: "it", files, agent: launched.agent, onNote: () => undefined, signal });
    const script = "id -u; cat /run/secrets/key; echo; grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status";
    const none = ["CapPrm", "CapEff", "CapBnd"].map((name) => `${name}:\t0000000000000000`);
    expect(await outputOf(launched, script, "999:999")).toBe(["999", "s3cret", ...none].join("\n"));
    const asRoot =
      "echo; cat /run/secrets/key 2>&1 | grep -o denied; tail -n +1 /proc/self/status | grep ^Cap[PEB]";
    expect(await outputOf(launched, asRoot)).toBe(["denied", ...none].join("\n"));
    const sleeping = await launched.agent.run({ argv: ["sleep", "60"], user: "999:999" }, signal);
    await sleeping.signal("TERM");
    expect(await sleeping.exit).toMatchObject({ signal: "TERM" });
  });

  test("drops what the service drops, and leaves it what it adds", async () => {
    const spec = specOf();
    spec.security = { ...spec.security, capDrop: ["CAP_KILL", "all"], capAdd: ["net_raw"] };
    await using launched = await launcher.launch(spec, signal);
    expect(await outputOf(launched, "grep ^CapBnd /proc/self/status")).toBe("CapBnd:\t0000000000002000");
  });

  test("runs processes as other users, from the image's own files", async () => {
    await using launched = await launcher.launch(specOf(), signal);
    expect(await outputOf(launched, "id -un; id -gn", "nobody")).toBe("nobody\nnogroup");
    expect(await outputOf(launched, "id -u; id -g", "4321:8765")).toBe("4321\n8765");
  });

  test("has a working directory that is not in the image", async () => {
    const workingDir = "/made/for it";
    const spec = specOf({ workingDir });
    spec.security = { ...spec.security, readOnlyRoot: true };
    await using launched = await launcher.launch(spec, signal);
    const running = await launched.agent.run({ argv: ["pwd"], workingDir, user: "999:999" }, signal);
    for await (const { data } of running.output) expect(data.toString()).toBe(`${workingDir}\n`);
    expect(await running.exit).toMatchObject({ code: 0 });
  });

  test("passes 100 MB of output whole within 10 s", async () => {
    await using launched = await launcher.launch(specOf(), signal);
    const before = process.memoryUsage().rss;
    const from = Date.now();
    const running = await launched.agent.run({ argv: ["head", "-c", "100000000", "/dev/zero"] }, signal);
    let bytes = 0;
    let most = 0;
    for await (const { data } of running.output) {
      bytes += data.length;
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(bytes).toBe(100_000_000);
    expect(Date.now() - from).toBeLessThan(10_000);
    expect(most).toBeLessThan(80_000_000);
  });

  test("tells when a process was killed for memory, and goes on", async () => {
    const spec = specOf({ limits: { memoryBytes: 64 * 1024 * 1024 } });
    await using launched = await launcher.launch(spec, signal);
    // A line without an end, of which tail keeps everything.
    const running = await launched.agent.run({ argv: ["tail", "/dev/zero"] }, signal);
    expect(await running.exit).toMatchObject({ code: null, signal: "KILL", outOfMemory: true });
    expect(await outputOf(launched, "echo on")).toBe("on");
  });

  test("that is lost with its container says how that ended", async () => {
    const launched = await launcher.launch(specOf({ label: "service db" }), signal);
    const running = await launched.agent.run({ argv: ["sleep", "60"] }, signal);
    await engine.workloads.remove(launched.id, signal);
    await expect(running.exit).rejects.toThrow(
      "lost the agent of service db while running sleep: the container ended with exit code 137",
    );
    expect(await launched.exit).toMatchObject({ exitCode: 137 });
    await launched[Symbol.asyncDispose]();
  });

  test("ends with everything when nobody is at the other end, and the container is removed", async () => {
    const launched = await launcher.launch(specOf(), signal);
    await launched.agent.run({ argv: ["sh", "-c", "trap '' TERM HUP; sleep 60"] }, signal);
    const from = Date.now();
    await launched.agent[Symbol.asyncDispose]();
    await launched.exit;
    expect(Date.now() - from).toBeLessThan(5_000);
    expect(await isGone(launched.id)).toBe(true);
  });
});

describe("a launch on a real engine", () => {
  test("that the engine cannot start fails with its reason and leaves nothing", async () => {
    const spec = specOf();
    spec.security = { ...spec.security, devices: ["/dev/no-such-device"] };
    await expect(launcher.launch(spec, signal)).toThrowWithCode("ENGINE_FAILED");
    expect(await engine.workloads.inspect(spec.name, signal)).toBeUndefined();
  });

  for (const call of ["create", "attach", "start"] as const) {
    for (const moment of ["begins", "has ended"]) {
      test(`that is aborted when ${call} ${moment} leaves nothing`, async () => {
        const controller = new AbortController();
        const real = engine.workloads[call] as (...args: unknown[]) => Promise<unknown>;
        const aborting = async (...args: unknown[]) => {
          if (moment === "begins") controller.abort(new Error("stopped"));
          const result = await real(...args);
          controller.abort(new Error("stopped"));
          return result;
        };
        const workloads = { ...engine.workloads, [call]: aborting };
        await launcher.prepare(signal);
        const aborted = createLauncher({
          engine: { ...engine, workloads },
          agentBinary: async () => ownBinary,
        });
        const spec = specOf();
        await expect(aborted.launch(spec, controller.signal)).rejects.toThrow("stopped");
        await expect
          .poll(() => engine.workloads.inspect(spec.name, signal), { timeout: 5_000 })
          .toBeUndefined();
      });
    }
  }
});
