import { expect, it, vi } from "vitest";
import { runLabels } from "./labels.ts";
import { sweep } from "./sweep.ts";
import { networkWorld } from "./testing/networks.ts";

const MINUTE = 60_000;

/** An engine with its own time, and what a run has in it: a claim and a volume. */
async function worldOf(run: string, holdAfter?: number) {
  let passed = 0;
  const world = networkWorld({ now: () => 1_000_000 + passed });
  const { engine, signal } = world;
  await world.claim(run, holdAfter);
  await engine.volumes.create(`volume-${run}`, runLabels({ run, project: "shop" }), signal);
  const sweepLater = (ms: number, except?: string) => {
    passed = ms;
    return sweep({ engine, except, signal });
  };
  return { ...world, sweepLater };
}

it("removes claims and volumes of dead owners once they are older than a minute, and keeps the network", async () => {
  const { engine, sweepLater, signal } = await worldOf("dead");
  const young = await sweepLater(MINUTE / 2);
  expect(young).toEqual({ workloads: [], volumes: [] });
  const old = await sweepLater(2 * MINUTE);
  expect(old).toEqual({ workloads: [expect.stringMatching(/-claim$/)], volumes: ["volume-dead"] });
  expect((await engine.networks.list({}, signal)).length).toBe(1);
});

it("leaves a run alone of which nothing but its claim runs, for as long as that does", async () => {
  const { containers, sweepLater } = await worldOf("pulling", 1);
  await vi.waitFor(async () =>
    expect(await containers({ "seatrial.run": "pulling" })).toEqual([expect.stringMatching(/running$/)]),
  );
  expect(await sweepLater(60 * MINUTE)).toEqual({ workloads: [], volumes: [] });
});

it("knows ages by the engine's time, not by its own", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60 * MINUTE });
  try {
    const { sweepLater } = await worldOf("young");
    expect(await sweepLater(MINUTE / 2)).toEqual({ workloads: [], volumes: [] });
  } finally {
    vi.useRealTimers();
  }
});

it("never touches the run that asks, nor what is not labelled as a run's", async () => {
  const { engine, sweepLater, signal } = await worldOf("mine");
  await engine.volumes.create("users-own", { keep: "me" }, signal);
  expect(await sweepLater(2 * MINUTE, "mine")).toEqual({ workloads: [], volumes: [] });
  const names = (await engine.volumes.list({ "seatrial.cache": "agent" }, signal)).map(({ name }) => name);
  const left = (await engine.volumes.list({}, signal)).map(({ name }) => name);
  expect(left.filter((name) => !names.includes(name)).sort()).toEqual(["users-own", "volume-mine"]);
});
