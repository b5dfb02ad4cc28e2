import { expect, it } from "vitest";
import { deferred } from "../support/abort.ts";
import type { LeasedSpace } from "./broker.ts";
import type { MemoryCall, MemoryConnection, MemoryFault } from "./memory/index.ts";
import { SCHEMA } from "./memory/index.ts";
import { openTestBroker, spaceRequest, type TestBroker } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";

// Random tests, with random faults, against a few facts that always hold. A seed that fails is a test to add.

/** A generator of numbers below `n` that gives the same for the same seed. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

interface Holding {
  leased: LeasedSpace;
  token: string;
  connection: MemoryConnection;
}

/** What tests hold, as they see it themselves. */
interface World {
  test: TestBroker;
  random: (n: number) => number;
  holdings: Map<string, Holding>;
  sessions: { id: string; end: () => Promise<void> }[];
  isFaulty: boolean;
  leases: number;
  /** Lets the server take in labels that it was told of some time ago. */
  lateLabels: (() => void)[];
  errors: Map<string, number>;
}

function randomFault(world: World, { call }: MemoryCall): MemoryFault | undefined {
  const { random, isFaulty } = world;
  if (isFaulty && call === "label" && random(2) === 0) {
    const late = deferred<void>();
    world.lateLabels.push(late.resolve);
    return { kind: "deaf", until: late.promise };
  }
  if (!isFaulty || random(5) > 0) return undefined;
  const slow = new Promise((resolve) => setImmediate(resolve));
  const faults: MemoryFault[] = [
    { kind: "fail" },
    { kind: "fail", after: true },
    { kind: "hang" },
    { kind: "deaf", until: slow },
    { kind: "slow", until: slow },
    { kind: "unsafe" },
  ];
  if (random(20) === 0) return { kind: "lost" };
  return faults[random(faults.length)];
}

/** The new holder finds a clean space that no other one has, and writes into it. */
function begin(world: World, leased: LeasedSpace): void {
  const { test, holdings } = world;
  world.leases += 1;
  const token = `token ${world.leases}`;
  for (const other of holdings.values()) {
    expect(other.leased.made.name, "two tests have one space").not.toBe(leased.made.name);
  }
  const connection = test.memory.connect(leased.made);
  expect([...connection.read()], "a space that was handed out is not clean").toEqual([]);
  const { label = "" } = test.memory.spaces.get(leased.made.name) ?? {};
  const labelled = label === "" ? leased.id : JSON.parse(label).id;
  expect(labelled, "a space that was handed out has another one's label").toBe(leased.id);
  connection.write(world.random(4) === 0 ? SCHEMA : "owner", token);
  holdings.set(leased.id, { leased, token, connection });
}

/** The holder is done with it, whether it says so or not. */
function end(world: World, id: string): void {
  world.holdings.delete(id);
}

function acquire(world: World): void {
  const { test, random, sessions } = world;
  const stop = new AbortController();
  const session = random(2) === 0 ? sessions[random(sessions.length || 1)]?.id : undefined;
  const key = random(4) === 0 ? `key ${random(50)}` : undefined;
  const ttl = random(4) === 0 ? 100 + random(5000) : undefined;
  const request = spaceRequest(`Test${random(1000)}`, { session, key, ttl, wait: 1 + random(20_000) });
  void test.broker.acquire(request, stop.signal).then(
    (leased) => {
      // The same key, the same space.
      if (!world.holdings.has(leased.id)) begin(world, leased);
    },
    (error) =>
      world.errors.set(error.code ?? error.message, (world.errors.get(error.code ?? error.message) ?? 0) + 1),
  );
  if (random(10) === 0) stop.abort(new Error("left"));
}

async function act(world: World): Promise<void> {
  const { test, random, holdings, sessions } = world;
  const { broker, clock } = test;
  const ids = [...holdings.keys()];
  const id = ids[random(ids.length || 1)];
  if (random(4) === 0) world.lateLabels.shift()?.();
  const choice = random(100);
  if (choice < 40) return acquire(world);
  if (choice < 65 && id !== undefined) {
    end(world, id);
    const outcome =
      (["passed", "passed", "passed", "failed", "skipped", "unknown"] as const)[random(6)] ?? "passed";
    await broker.release(id, { outcome });
    if (random(3) === 0) await broker.release(id, { outcome: "passed" });
  } else if (choice < 68 && id !== undefined) {
    end(world, id);
    await broker.keep(id, 1 + random(10_000));
  } else if (choice < 72) {
    const all = await broker.list();
    const any = all[random(all.length || 1)];
    if (any === undefined) return;
    end(world, any.id);
    void broker.drop(any.id);
  } else if (choice < 76 && id !== undefined) {
    await broker.renew(id, random(10_000)).catch(() => undefined);
  } else if (choice < 80) {
    const session = await broker.openSession();
    sessions.push({ id: session.id, end: async () => await session[Symbol.asyncDispose]() });
  } else if (choice < 83 && sessions.length > 0) {
    const [session] = sessions.splice(random(sessions.length), 1);
    await session?.end();
  } else if (choice < 95) {
    await clock.advance(random(3000));
  } else await settle();
}

/** Lets tests take what they were given. */
async function hear(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** The facts. */
async function check(world: World): Promise<void> {
  await hear();
  const { test, holdings } = world;
  const listed = await test.broker.list();
  expect(listed.length).toBeLessThanOrEqual(8);
  const names = listed.map((space) => space.name);
  expect(new Set(names).size).toBe(names.length);
  const byId = new Map(listed.map((space) => [space.id, space]));
  // What ended without the holder's doing: its time, its session.
  for (const [id, { leased, token }] of holdings) {
    if (byId.get(id)?.state !== "leased") {
      end(world, id);
      continue;
    }
    const space = test.memory.spaces.get(leased.made.name);
    expect([...(space?.data.values() ?? [])], "somebody touched a leased space").toEqual([token]);
  }
  const held = listed.filter((space) => space.state === "leased").length;
  expect(held).toBe(holdings.size);
  const [outcome] = await test.broker.outcomes();
  expect(outcome?.kept.length).toBeLessThanOrEqual(8);
}

async function play(seed: number, steps: number): Promise<World> {
  const test = openTestBroker({
    plan: { limit: 8, ttl: 30_000, keep: { count: 3, time: 20_000, bytes: 1000 } },
    settings: {
      within: { open: 600_000, make: 2000, reset: 2000, drop: 2000, aside: 1000, close: 10_000 },
    },
  });
  const random = seeded(seed);
  const holdings = new Map<string, Holding>();
  const world: World = {
    ...{ test, random, holdings, sessions: [], isFaulty: true, leases: 0 },
    ...{ lateLabels: [], errors: new Map() },
  };
  test.memory.fault = (call) => (call.call === "open" ? undefined : randomFault(world, call));
  for (let step = 0; step < steps; step += 1) {
    await act(world);
    await check(world);
  }
  // When the server is well again, so is the broker.
  world.isFaulty = false;
  for (const takeIn of world.lateLabels) takeIn();
  await test.clock.advance(120_000);
  await check(world);
  holdings.clear();
  const asking = test.broker.acquire(spaceRequest("last"), test.signal);
  await test.clock.advance(30_000);
  begin(world, await asking);
  await test[Symbol.asyncDispose]();
  await settle();
  expect([...test.memory.spaces.keys()], "something is left in the server").toEqual([]);
  return world;
}

for (const seed of [1, 2, 3, 4, 5]) {
  it(`never gives a space to two tests, nor a used one that is not clean, and leaves nothing (seed ${seed})`, async () => {
    const world = await play(seed, 800);
    expect(world.leases).toBeGreaterThan(80);
    const labelled = world.test.memory.calls.filter(({ call }) => call === "label").length;
    expect(labelled).toBeGreaterThan(20);
  });
}
