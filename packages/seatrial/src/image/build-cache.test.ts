import { describe, expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { buildTarget } from "../model/testing/build-target.ts";
import {
  type BuildCache,
  cacheReference,
  cacheTag,
  scopeOf,
  staleStages,
  startsEmpty,
} from "./build-cache.ts";

const target = (key: string) => buildTarget({ key });
const cache: BuildCache = {
  repository: "localhost:5000/shop",
  scopes: { reads: [""], writes: "" },
  stages: [
    { target: target("Test"), chain: ["Test", "release"] },
    { target: target("deps"), chain: ["deps"] },
  ],
};
const [first] = cache.stages;

it("a stage is kept in the repository under a tag of its own, for each branch", () => {
  expect(first && cacheReference(cache, first, "")).toBe("localhost:5000/shop:cache-Test");
  expect(first && cacheReference(cache, first, "main-1")).toBe("localhost:5000/shop:cache-main-1.Test");
  const tagOf = (key: string, scope = "") => cacheTag({ target: target(key), chain: [] }, scope);
  expect(tagOf("x".repeat(300), scopeOf("y".repeat(300))).length).toBeLessThanOrEqual(128);
  expect(tagOf("unit.test")).not.toBe(tagOf("unit-test"));
});

it("no two branches have one scope, whatever their names become in a tag", () => {
  const names = ["release/1", "release-1", "Release-1", "release.1", "x".repeat(200), `${"x".repeat(200)}y`];
  const scopes = names.map(scopeOf);
  expect(new Set(scopes).size).toBe(names.length);
  for (const scope of scopes) expect(scope).toMatch(/^[\w-]{1,32}$/);
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

  it("not by a build that leaves none", () => {
    const tag = { ...cache, scopes: { reads: ["main"] } };
    expect(staleStages({ cache: tag, imported: false, steps: steps({ test: [2, 0] }) })).toEqual([]);
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
