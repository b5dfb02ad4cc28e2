import { expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { runLabels } from "./labels.ts";
import { claimNetwork, listNetworkCache, removeNetworkCache } from "./network.ts";

const signal = new AbortController().signal;
const image = "base:1";

function setUp(pool = "10.213.0.0/24") {
  const engine = createMemoryEngine({ images: [{ reference: "base:1" }] });
  const claim = (run: string) =>
    claimNetwork({
      engine,
      run,
      labels: runLabels({ run, project: "shop" }),
      pool: { pool, size: 26 },
      image,
      signal,
    });
  return { engine, claim };
}

it("gives runs at the same time networks of their own", async () => {
  const { claim } = setUp();
  const claimed = await Promise.all(["a", "b", "c"].map(claim));
  expect(new Set(claimed.map((each) => each.id)).size).toBe(3);
});

it("gives a released network to the next run", async () => {
  const { claim } = setUp();
  const first = await claim("first");
  await first.release(signal);
  expect((await claim("second")).id).toBe(first.id);
});

it("takes a network again whose claim was swept with its dead owner", async () => {
  const { engine, claim } = setUp();
  const dead = await claim("dead");
  for (const { id } of await engine.workloads.list({ "seatrial.run": "dead" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  expect((await claim("next")).id).toBe(dead.id);
});

it("keeps only a few idle networks", async () => {
  const { engine, claim } = setUp("10.213.0.0/16");
  const claimed = await Promise.all(Array.from({ length: 9 }, (_, run) => claim(`run-${run}`)));
  for (const each of claimed) await each.release(signal);
  expect((await engine.networks.list({}, signal)).length).toBe(4);
});

it("says so when the pool is used up", async () => {
  const { claim } = setUp("10.213.0.0/25");
  await claim("a");
  await claim("b");
  await expect(claim("c")).toThrowWithCode("NETWORK_POOL_EMPTY");
});

it("lists kept networks with who is idle, and removes those only", async () => {
  const { engine, claim } = setUp();
  const [, second] = await Promise.all([claim("a"), claim("b")]);
  await second?.release(signal);
  expect((await listNetworkCache(engine, signal)).map((each) => each.idle).sort()).toEqual([false, true]);
  expect((await removeNetworkCache(engine, signal)).length).toBe(1);
  expect((await listNetworkCache(engine, signal)).map((each) => each.idle)).toEqual([false]);
});
