import { setTimeout as wait } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { engineError } from "../engine/index.ts";
import { guestLabel } from "./labels.ts";
import { listNetworkCache, removeNetworkCache } from "./network-cache.ts";
import { networkWorld } from "./testing/networks.ts";

it("gives runs at the same time networks of their own", async () => {
  const { claim } = networkWorld();
  const claimed = await Promise.all(["a", "b", "c"].map((run) => claim(run)));
  expect(new Set(claimed.map((each) => each.id)).size).toBe(3);
});

it("gives a released network to the next run", async () => {
  const { claim, signal } = networkWorld();
  const first = await claim("first");
  await first.release(signal);
  expect((await claim("second")).id).toBe(first.id);
});

it("takes a network again whose claim was swept with its dead owner", async () => {
  const { engine, claim, signal } = networkWorld();
  const dead = await claim("dead");
  for (const { id } of await engine.workloads.list({ "seatrial.run": "dead" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  expect((await claim("next")).id).toBe(dead.id);
});

it("never gives a network away in which somebody is, whatever became of the claim", async () => {
  const { engine, claim, join, signal } = networkWorld();
  const pruned = await claim("pruned");
  await join(pruned.id);
  for (const { id } of await engine.workloads.list({ "seatrial.run": "pruned" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  const next = await claim("next");
  expect(next.id).not.toBe(pruned.id);
  const names = (await engine.workloads.list({}, signal)).map(({ name }) => name);
  expect(names.filter((name) => name.endsWith("-claim"))).toHaveLength(1);
});

it("runs its claim as long as the owner lives, once the run is not over at once", async () => {
  const { claim, containers, lost, signal } = networkWorld();
  const network = await claim("long", 20);
  const states = () => containers({ "seatrial.run": "long" });
  expect(await states()).toEqual([expect.stringMatching(/-claim created$/)]);
  await vi.waitFor(async () => expect(await states()).toEqual([expect.stringMatching(/-claim running$/)]));
  await network.release(signal);
  expect(await states()).toEqual([]);
  expect(lost).toEqual([]);
});

it("claims again what was cleaned away before it ran", async () => {
  const { engine, claim, containers, lost, signal } = networkWorld();
  const network = await claim("long", 50);
  for (const { id } of await engine.workloads.list({ "seatrial.run": "long" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  await vi.waitFor(async () =>
    expect(await containers({ "seatrial.run": "long" })).toEqual([expect.stringMatching(/-claim running$/)]),
  );
  await network.release(signal);
  expect(lost).toEqual([]);
});

it("says so when another run has taken the network by then", async () => {
  const { engine, claim, lost, signal } = networkWorld();
  const network = await claim("robbed", 50);
  for (const { id } of await engine.workloads.list({ "seatrial.run": "robbed" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  expect((await claim("other")).id).toBe(network.id);
  await vi.waitFor(() => expect(lost).toHaveLength(1));
  expect(lost[0]).toMatchObject({ code: "NETWORK_LOST", exitCode: 3 });
  await network.release(signal);
});

it("says so when a claim that runs is removed", async () => {
  const { engine, claim, containers, lost, signal } = networkWorld();
  const network = await claim("robbed", 1);
  await vi.waitFor(async () =>
    expect(await containers({ "seatrial.run": "robbed" })).toEqual([expect.stringMatching(/running$/)]),
  );
  for (const { id } of await engine.workloads.list({ "seatrial.run": "robbed" }, signal)) {
    await engine.workloads.remove(id, signal);
  }
  await vi.waitFor(() => expect(lost).toHaveLength(1));
  expect(lost[0]).toMatchObject({ code: "NETWORK_LOST" });
  await network.release(signal);
});

it("says nothing of a claim that is released while it is starting", async () => {
  const { claim, containers, lost, signal } = networkWorld();
  for (const holdAfter of [0, 1, 2, 3, 5]) {
    const network = await claim("short", holdAfter);
    await wait(2);
    await network.release(signal);
    expect(await containers({ "seatrial.run": "short" })).toEqual([]);
  }
  expect(lost).toEqual([]);
});

it("ends the guests of a run with it, since the next one in the network is a stranger", async () => {
  const { claim, containers, join, signal } = networkWorld();
  const first = await claim("kept");
  await join(first.id, guestLabel("kept"));
  await first.release(signal);
  expect(await containers(guestLabel("kept"))).toEqual([]);
  expect((await claim("next")).id).toBe(first.id);
});

it("keeps only a few idle networks", async () => {
  const { engine, claim, containers, signal } = networkWorld({ pool: "10.213.0.0/16" });
  const claimed = await Promise.all(Array.from({ length: 9 }, (_, run) => claim(`run-${run}`)));
  for (const each of claimed) await each.release(signal);
  expect((await engine.networks.list({}, signal)).length).toBe(4);
  expect(await containers({ "seatrial.kind": "run" })).toEqual([]);
});

it("keeps one too many when somebody is in it, and gives up its claim all the same", async () => {
  const { engine, claim, containers, join, signal } = networkWorld({ pool: "10.213.0.0/16" });
  const claimed = await Promise.all(Array.from({ length: 5 }, (_, run) => claim(`run-${run}`)));
  await join(claimed[0]?.id ?? "");
  for (const each of claimed) await each.release(signal);
  expect((await engine.networks.list({}, signal)).length).toBe(4);
  expect(await containers({ "seatrial.kind": "run" })).toEqual([]);
});

it("finds the free networks of a pool that others have cut pieces out of", async () => {
  const { engine, claim, signal } = networkWorld({ pool: "10.98.0.0/16" });
  const foreign = { name: "foreign", labels: {}, subnet: "10.98.0.0/17", internal: false };
  await engine.networks.create(foreign, signal);
  const networks = new Set<string>();
  for (let run = 0; run < 20; run += 1) networks.add((await claim(`run-${run}`)).id);
  expect(networks.size).toBe(20);
});

it("says so when the pool is used up", async () => {
  const { claim } = networkWorld({ pool: "10.213.0.0/25" });
  await claim("a");
  await claim("b");
  await expect(claim("c")).toThrowWithCode("NETWORK_POOL_EMPTY");
});

it("says what was refused, and what to look at, when no subnet can be had", async () => {
  const { engine, claim } = networkWorld({ pool: "10.213.0.0/25" });
  engine.networks.create = async ({ subnet }) => {
    throw engineError({
      code: "SUBNET_TAKEN",
      message: `There is a route to ${subnet}.`,
      hint: "Look at routes.",
    });
  };
  const refused = claim("a");
  await expect(refused).toThrowWithCode("NETWORK_POOL_EMPTY");
  await expect(refused).rejects.toThrow(
    /, 2 were tried, the last one so: There is a route to 10\.213\.0\.\d+\/26\./,
  );
  await expect(refused).rejects.toMatchObject({ hint: expect.stringMatching(/ Look at routes\.$/) });
});

it("lists kept networks with who is idle, and removes those only that nobody is in", async () => {
  const { engine, launcher, claim, containers, join, signal } = networkWorld();
  const [, second, third] = await Promise.all([claim("a"), claim("b"), claim("c")]);
  await second?.release(signal);
  await third?.release(signal);
  await join(third?.id ?? "");
  const idle = async () => (await listNetworkCache(engine, signal)).map((each) => each.idle).sort();
  expect(await idle()).toEqual([false, true, true]);
  expect(await removeNetworkCache({ engine, launcher, signal })).toHaveLength(1);
  expect(await idle()).toEqual([false, true]);
  expect(await containers({ "seatrial.project": "seatrial gc" })).toEqual([]);
});

it.each(["before", "after"])("never removes a network from a run that claims it just %s", async (when) => {
  const { engine, launcher, claim, signal } = networkWorld();
  const first = await claim("first");
  await first.release(signal);
  const second: string[] = [];
  const claimNow = async () => void second.push((await claim("second")).id);
  const { networks, workloads } = engine;
  const { remove } = networks;
  const { list } = workloads;
  networks.remove = async (id, given) => {
    if (when === "after") await claimNow();
    await remove(id, given);
  };
  // The answer that nobody has claimed it is old by the time it comes.
  workloads.list = async (labels, given) => {
    const listed = await list(labels, given);
    if (when === "before" && second.length === 0 && Object.keys(labels).length === 0) await claimNow();
    return listed;
  };
  await removeNetworkCache({ engine, launcher, signal });
  expect(second).toHaveLength(1);
  expect((await networks.list({}, signal)).map(({ id }) => id)).toEqual(second);
});
