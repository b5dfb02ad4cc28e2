import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PLAIN_SECURITY } from "../model/index.ts";
import { listAgentCache, removeAgents } from "./cache.ts";
import { installAgent } from "./install.ts";
import { readAgent } from "./key.ts";
import { type FakeEngine, fakeEngine } from "./testing/fake-engine.ts";

const signal = new AbortController().signal;
const platform = "linux/amd64";
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatrial-cache-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Puts an agent of its own into the engine, as a version of the program does; its key and volume. */
async function install(engine: FakeEngine, binary: string): Promise<{ key: string; volume: string }> {
  const path = join(folder, binary);
  await writeFile(path, binary);
  const { volume } = await installAgent({ engine, binary: path, platform, signal });
  return { key: (await readAgent(path, platform)).key, volume };
}

/** A container of a run that has this agent mounted. */
async function mount(engine: FakeEngine, volume: string): Promise<void> {
  await engine.workloads.create(
    {
      name: "run1-db",
      image: "app:1",
      labels: { "seatrial.run": "run1" },
      entrypoint: ["/.seatrial/agent"],
      command: [],
      user: "0",
      env: {},
      mounts: [{ kind: "volume", name: volume, target: "/.seatrial", readOnly: true }],
      limits: {},
      security: PLAIN_SECURITY,
      extraHosts: [],
    },
    signal,
  );
}

describe("the kept agents", () => {
  test("are told with their size, their age and who uses them", async () => {
    const engine = fakeEngine();
    const before = Date.now();
    const first = await install(engine, "version 1");
    const second = await install(engine, "version 22");
    const third = await install(engine, "version 333");
    await mount(engine, second.volume);
    const agents = await listAgentCache({ engine, own: third.key, signal });
    expect(agents.map(({ key, use }) => [key, use])).toEqual([
      [first.key, "idle"],
      [second.key, "in use"],
      [third.key, "own"],
    ]);
    // The image, and as much in the volume.
    expect(agents.map(({ size }) => size)).toEqual([18, 20, 22]);
    for (const { createdAt } of agents) expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(before);
  });

  test("lose everything of those that are removed, and nothing of others", async () => {
    const engine = fakeEngine();
    await install(engine, "version 1");
    const second = await install(engine, "version 2");
    const all = await listAgentCache({ engine, own: second.key, signal });
    const idle = all.filter(({ use }) => use === "idle");
    expect(await removeAgents({ engine, agents: idle, signal })).toEqual([idle[0]?.name]);
    expect(await engine.volumeNames()).toEqual([second.volume]);
    expect(await engine.workloadNames()).toHaveLength(1);
    expect(await engine.images.list({ "seatrial.cache": "agent" }, signal)).toHaveLength(1);
    expect(await listAgentCache({ engine, own: second.key, signal })).toMatchObject([{ use: "own" }]);
  });

  test("keep a volume that a container has mounted since they were looked at", async () => {
    const engine = fakeEngine();
    const { volume } = await install(engine, "version 1");
    const agents = await listAgentCache({ engine, own: undefined, signal });
    await mount(engine, volume);
    await removeAgents({ engine, agents, signal });
    expect(await engine.volumeNames()).toEqual([volume]);
    // It is found again, and goes once nobody uses it.
    expect(await listAgentCache({ engine, own: undefined, signal })).toMatchObject([
      { use: "in use", size: 0 },
    ]);
  });

  test("of which only an image or a volume is left are told and removed like whole ones", async () => {
    const engine = fakeEngine();
    const { key, volume } = await install(engine, "version 1");
    const [holder] = await engine.workloads.list({ "seatrial.cache": "agent" }, signal);
    await engine.workloads.remove(holder?.id ?? "", signal);
    await engine.volumes.remove(volume, signal);
    const agents = await listAgentCache({ engine, own: undefined, signal });
    expect(agents).toMatchObject([{ key, use: "idle", size: 9 }]);
    await removeAgents({ engine, agents, signal });
    expect(await listAgentCache({ engine, own: undefined, signal })).toEqual([]);
  });
});
