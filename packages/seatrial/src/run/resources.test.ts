import { describe, expect, it, vi } from "vitest";
import { engineError } from "../engine/index.ts";
import { lazy } from "./lazy.ts";
import { createSharedResources } from "./resources.ts";
import { planWith } from "./testing/plan.ts";
import { makeRunWorld, type RunWorld } from "./testing/running.ts";

const signal = new AbortController().signal;

/** What a run with one shared volume has in its engine, and the networks that are claimed. */
async function resourcesIn(world: RunWorld) {
  const shared = createSharedResources({
    plan: planWith({ volumes: ["data"] }),
    context: world.context,
    onLost: () => undefined,
    signal,
  });
  const networks = async () => (await world.engine.networks.list({}, signal)).length;
  return { shared, networks };
}

describe("what the containers of a run share", () => {
  it("is made when the first container asks, once for all of them", async () => {
    await using world = await makeRunWorld({ scripts: {} });
    const { shared, networks } = await resourcesIn(world);
    expect([await networks(), await world.left()]).toEqual([0, []]);
    const ids = await Promise.all([shared.network(), shared.network()]);
    expect(new Set(ids).size).toBe(1);
    expect(await networks()).toBe(1);
    expect(await world.left()).toContain("seatrial-r1-data");
    await shared[Symbol.asyncDispose]();
    expect(await world.left()).toEqual([]);
  });

  it("is nothing to remove for a run that never asked", async () => {
    await using world = await makeRunWorld({ scripts: {} });
    const { shared } = await resourcesIn(world);
    world.engine.volumes.remove = () => Promise.reject(new Error("asked to remove"));
    await shared[Symbol.asyncDispose]();
  });

  it("is given up whole when a part of it cannot be made", async () => {
    await using world = await makeRunWorld({ scripts: {} });
    const { shared } = await resourcesIn(world);
    const create = world.engine.volumes.create;
    world.engine.volumes.create = async (name, ...rest) => {
      if (!name.endsWith("-data")) return await create(name, ...rest);
      await vi.waitFor(async () => expect(await world.left()).not.toEqual([]));
      throw engineError({ code: "ENGINE_FAILED", message: "no space left" });
    };
    await expect(shared.network()).toThrowWithCode("ENGINE_FAILED");
    expect(await world.left()).not.toEqual([]);
    await shared[Symbol.asyncDispose]();
    expect(await world.left()).toEqual([]);
  });
});

it("what is lazy is made at its first use only, and a failure is everyone's", async () => {
  let made = 0;
  const failing = lazy(async () => {
    made += 1;
    throw new Error("no");
  });
  expect(failing.made).toBeUndefined();
  const results = await Promise.allSettled([failing.get(), failing.get()]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(made).toBe(1);
});
