import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fakeDocker } from "../compose/testing/docker.ts";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { buildTarget } from "../model/testing/build-target.ts";
import { pushCache } from "./push-cache.ts";

const target = buildTarget({ key: "deps" });
const reference = "localhost:5000/shop:cache-deps";

/** Pushes one stage, and gives the file that bake was given and what the engine pushed. */
async function push(options: { exportsCache: boolean; script?: string }) {
  const docker = await fakeDocker(`/bin/cat > "$DOCKER_CONFIG/bake.json"; ${options.script ?? "exit 0"}`);
  const pushed: string[] = [];
  const engine = createMemoryEngine({
    images: [{ reference }],
    capabilities: { exportsCache: options.exportsCache },
    onPush: async (name) => {
      pushed.push(name);
      return { digest: `sha256:${"0".repeat(64)}`, size: 1 };
    },
  });
  const { signal } = new AbortController();
  await pushCache({
    cache: { repository: "localhost:5000/shop", stages: [], scopes: { reads: [], writes: "" } },
    stages: [{ target, chain: ["deps"] }],
    engine,
    env: docker.env,
    onNote: () => undefined,
    onOutput: () => undefined,
    signal,
  });
  const file = JSON.parse(await readFile(`${docker.folder}/bake.json`, "utf8"));
  return { stage: file.target.deps, pushed, left: await engine.images.inspect(reference, signal) };
}

describe("a stage's cache", () => {
  it("is an image with what BuildKit needs to find its steps, whose name the engine forgets", async () => {
    const { stage, pushed, left } = await push({ exportsCache: false });
    expect(stage).toMatchObject({ tags: [reference], "cache-to": ["type=inline"], output: ["type=docker"] });
    expect(pushed).toEqual([reference]);
    expect(left).toBeUndefined();
  });

  it("is exported whole by engines that can", async () => {
    const { stage, pushed } = await push({ exportsCache: true });
    expect(stage).toMatchObject({
      "cache-to": [`type=registry,ref=${reference},mode=max`],
      output: ["type=cacheonly"],
    });
    expect(stage).not.toHaveProperty("tags");
    expect(pushed).toEqual([]);
  });

  it("fails as a build does", async () => {
    await expect(push({ exportsCache: true, script: "exit 1" })).toThrowWithCode("BUILD_FAILED");
  });
});
