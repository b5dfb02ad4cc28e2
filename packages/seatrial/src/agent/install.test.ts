import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineError } from "../engine/index.ts";
import { holderOf } from "./holder.ts";
import { installAgent } from "./install.ts";
import { type FakeEngine, fakeEngine } from "./testing/fake-engine.ts";

const signal = new AbortController().signal;
let folder = "";
let binary = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatrial-install-"));
  binary = join(folder, "agent-linux-amd64");
  await writeFile(binary, "the agent");
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function install(engine: FakeEngine, path = binary): Promise<string> {
  return (await installAgent({ engine, binary: path, platform: "linux/amd64", signal })).volume;
}

describe("installing the agent", () => {
  test("loads an image with the agent, and fills a volume by a container that is never started", async () => {
    const engine = fakeEngine();
    const volume = await install(engine);
    expect(engine.calls).toEqual([
      `load seatrial-agent:${volume.slice(15, 27)}`,
      `create ${volume.slice(0, 27)}`,
    ]);
    expect(await engine.volumeNames()).toEqual([volume]);
    expect(await engine.workloadNames()).toEqual([volume.replace(/-[0-9a-f]{8}$/, "")]);
  });

  test("is done once: later ones only look", async () => {
    const engine = fakeEngine();
    const volume = await install(engine);
    const calls = engine.calls.length;
    expect(await install(engine)).toBe(volume);
    expect(engine.calls).toHaveLength(calls);
  });

  test("by many at once ends with one container and one volume, for all of them", async () => {
    const engine = fakeEngine();
    const volumes = await Promise.all(Array.from({ length: 8 }, () => install(engine)));
    expect(new Set(volumes).size).toBe(1);
    expect(await engine.volumeNames()).toEqual([volumes[0]]);
    expect(await engine.workloadNames()).toHaveLength(1);
  });

  test("of another binary has a volume of its own", async () => {
    const engine = fakeEngine();
    const other = join(folder, "agent-other");
    await writeFile(other, "a later agent");
    expect(await install(engine, other)).not.toBe(await install(engine));
    expect(await engine.volumeNames()).toHaveLength(2);
  });

  test("is done again when the volume is gone, or the container", async () => {
    const engine = fakeEngine();
    const first = await install(engine);
    engine.dropVolume(first);
    const second = await install(engine);
    expect(second).not.toBe(first);
    expect(await engine.workloadNames()).toHaveLength(1);

    const [holder] = await engine.workloads.list({}, signal);
    await engine.workloads.remove(holder?.id ?? "", signal);
    const third = await install(engine);
    expect(third).not.toBe(second);
    // The one that lost its container is nobody's, and goes too.
    expect(await engine.volumeNames()).toEqual([third]);
  });

  test("that fails leaves no volume, and fails with the engine's error", async () => {
    const failing = { create: engineError({ code: "ENGINE_FAILED", message: "no space left on device" }) };
    const engine = fakeEngine({ failing });
    await expect(install(engine)).toThrowWithCode("ENGINE_FAILED");
    expect(await engine.volumeNames()).toEqual([]);
  });

  test("stops waiting for another program's container when it is aborted, and leaves no volume", async () => {
    const engine = fakeEngine();
    const controller = new AbortController();
    let attempts = 0;
    engine.workloads.create = async () => {
      attempts += 1;
      if (attempts === 3) controller.abort(new Error("stopped"));
      throw engineError({ code: "NAME_TAKEN", message: "taken" });
    };
    const options = { engine, binary, platform: "linux/amd64", signal: controller.signal };
    await expect(installAgent(options)).rejects.toThrow("stopped");
    expect(await engine.volumeNames()).toEqual([]);
  });

  test("names everything after the agent's key", () => {
    expect(holderOf("0123456789ab")).toEqual({
      name: "seatrial-agent-0123456789ab",
      image: "seatrial-agent:0123456789ab",
      labels: { "seatrial.cache": "agent", "seatrial.cache.key": "0123456789ab" },
    });
  });
});
