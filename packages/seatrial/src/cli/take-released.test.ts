import { expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import { createMemoryEngine } from "../engine/memory/index.ts";
import type { BuildTarget } from "../model/index.ts";
import { createMemoryRegistry, denies } from "../registry/memory/index.ts";
import type { RegistryOpener } from "./registry-opener.ts";
import { findTaken } from "./take-released.ts";
import { at, PROJECT } from "./testing/at.ts";

async function find(open: RegistryOpener) {
  const release = "release: { repository: registry.example/shop, tags: [v1] }\n";
  await using here = await at({ ...PROJECT, "seatrial.yaml": PROJECT["seatrial.yaml"] + release });
  const { environment } = here.surroundings;
  const project = await loadProject({ environment, builtin: async () => undefined });
  const target: BuildTarget = {
    ...{ key: "release", context: here.path, args: {}, secrets: [], contexts: {} },
    ...{ ssh: [], extraHosts: [], labels: {}, cacheFrom: [] },
  };
  const source = Promise.resolve({ commit: "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00", dirty: false });
  const notes: string[] = [];
  const taken = await findTaken({
    session: { project, engine: createMemoryEngine(), source },
    plan: { targets: [target] },
    candidate: { repository: { registry: "registry.example", repository: "shop" }, prefix: "candidate" },
    open,
    onRetry: (note) => void notes.push(note),
    signal: new AbortController().signal,
  });
  return { taken, notes };
}

it("a registry that is asked again while a released image is looked for is not silent", async () => {
  const { taken, notes } = await find(async (onRetry) => {
    onRetry("registry.example answered 503; trying again in 1 s (2 of 5)");
    return createMemoryRegistry().connect();
  });
  expect(taken).toBeUndefined();
  expect(notes).toEqual(["registry.example answered 503; trying again in 1 s (2 of 5)"]);
});

it("a registry that lets nobody look whether there is one ends no build, and is told", async () => {
  const { taken, notes } = await find(async () => createMemoryRegistry({ faults: [denies()] }).connect());
  expect(taken).toBeUndefined();
  expect(notes).toEqual([
    expect.stringMatching(/^not known whether this commit was released.*registry registry.example is denied/),
  ]);
});
