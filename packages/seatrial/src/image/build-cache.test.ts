import { describe, expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import type { BuildTarget } from "../model/index.ts";
import { type BuildCache, cacheReference, cacheTag, staleStages, startsEmpty } from "./build-cache.ts";

const target = (key: string): BuildTarget => ({
  key,
  context: "/project",
  args: {},
  secrets: [],
  contexts: {},
  ssh: [],
  extraHosts: [],
  labels: {},
  cacheFrom: [],
});
const cache: BuildCache = {
  repository: "localhost:5000/shop",
  stages: [
    { target: target("Test"), chain: ["Test", "release"] },
    { target: target("deps"), chain: ["deps"] },
  ],
};
const [first] = cache.stages;

it("a stage is kept in the repository under a tag of its own", () => {
  expect(first && cacheReference(cache, first)).toBe("localhost:5000/shop:cache-Test");
  const tagOf = (key: string) => cacheTag({ target: target(key), chain: [] });
  expect(tagOf("x".repeat(300)).length).toBeLessThan(128);
  expect(tagOf("unit.test")).not.toBe(tagOf("unit-test"));
});

describe("a stage's cache is written again", () => {
  const steps = (counts: Record<string, [number, number]>) =>
    new Map(Object.entries(counts).map(([stage, [steps, cached]]) => [stage, { steps, cached }]));

  it("when one of its steps ran, its base's included", () => {
    const counts = steps({ test: [2, 2], release: [4, 3], deps: [2, 2] });
    expect(staleStages({ cache, imported: false, steps: counts })).toEqual(["Test"]);
  });

  it("when most of its steps ran, in an engine that took the others from the cache", () => {
    const few = steps({ test: [1, 0], release: [3, 2], deps: [2, 2] });
    const most = steps({ test: [1, 0], release: [3, 1], deps: [2, 2] });
    expect(staleStages({ cache, imported: true, steps: few })).toEqual([]);
    expect(staleStages({ cache, imported: true, steps: most })).toEqual(["Test"]);
  });

  it("not when nothing is known of it", () => {
    expect(staleStages({ cache, imported: false, steps: new Map() })).toEqual([]);
  });
});

it("an engine starts empty when it lacks an earlier image of one target", async () => {
  const engine = createMemoryEngine({ images: [{ reference: "seatrial/shop:release" }] });
  const { signal } = new AbortController();
  const ask = (...keys: string[]) =>
    startsEmpty({ project: "shop", targets: keys.map(target), engine, signal });
  expect(await ask("release")).toBe(false);
  expect(await ask("release", "test")).toBe(true);
});
