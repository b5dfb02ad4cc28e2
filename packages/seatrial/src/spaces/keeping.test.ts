import { describe, expect, it } from "vitest";
import { openTestBroker, spaceRequest, type TestBroker } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";

const failed = { outcome: "failed", message: "expected 3\n  got 4" } as const;

async function failTest(test: TestBroker, name: string): Promise<string> {
  const { broker, signal, clock } = test;
  const leased = await broker.acquire(spaceRequest(name), signal);
  await broker.release(leased.id, failed);
  await clock.advance(10);
  return leased.id;
}

async function keptTests({ broker }: TestBroker): Promise<string[]> {
  const kept = (await broker.list()).filter((space) => space.state === "kept");
  return kept.map((space) => space.holder?.test ?? "").sort();
}

describe("keeping spaces", () => {
  it("keeps that of a failed test with its size and why, and tells so", async () => {
    await using test = openTestBroker();
    const id = await failTest(test, "TestA");
    const [kept] = (await test.broker.list()).filter((space) => space.state === "kept");
    expect(kept).toMatchObject({ id, reason: "failed: expected 3", bytes: 1, holder: { test: "TestA" } });
    expect(Date.parse(kept?.until ?? "") - test.clock.now()).toBe(1_800_000 - 10);
    expect(test.kept.map((summary) => summary.id)).toEqual([id]);
    expect((await test.broker.outcomes())[0]?.kept.map((summary) => summary.id)).toEqual([id]);
    expect(await test.broker.release(id, { outcome: "passed" })).toMatchObject({ state: "kept" });
  });

  it("has what the maker itself has in there taken out, once, and keeps it all the same when that fails", async () => {
    await using test = openTestBroker();
    const vacated = () => test.memory.calls.filter(({ call }) => call === "vacate").length;
    const id = await failTest(test, "TestA");
    expect(vacated()).toBe(1);
    await test.broker.keep(id, 1000);
    await test.clock.advance(10);
    expect(vacated()).toBe(1);
    test.memory.fault = ({ call }) => (call === "vacate" ? { kind: "fail" } : undefined);
    await failTest(test, "TestB");
    expect(vacated()).toBe(2);
    expect(await keptTests(test)).toEqual(["TestA", "TestB"]);
    expect(test.notes.at(-1)).toMatch(/^db: st_.* is kept with a session of ours in it: the server refuses/);
  });

  it("gives up the oldest when there are too many", async () => {
    await using test = openTestBroker({ plan: { keep: { count: 2, time: 1000, bytes: 1e9 } } });
    for (const name of ["A", "B", "C"]) await failTest(test, name);
    expect(await keptTests(test)).toEqual(["B", "C"]);
  });

  it("gives up the oldest when they are too large together", async () => {
    await using test = openTestBroker({ plan: { keep: { count: 9, time: 1000, bytes: 2 } } });
    for (const name of ["A", "B", "C"]) await failTest(test, name);
    expect(await keptTests(test)).toEqual(["B", "C"]);
  });

  it("gives each up when its time is over", async () => {
    await using test = openTestBroker({ plan: { keep: { count: 9, time: 1000, bytes: 1e9 } } });
    await failTest(test, "A");
    await test.clock.advance(500);
    await failTest(test, "B");
    await test.clock.advance(495);
    expect(await keptTests(test)).toEqual(["B"]);
    await test.clock.advance(505);
    expect(await keptTests(test)).toEqual([]);
  });

  it("keeps nothing where the definition keeps nothing, unless it is asked to by hand", async () => {
    await using test = openTestBroker({ plan: { keep: { count: 0, time: 1000, bytes: 1e9 } } });
    const { broker, signal } = test;
    await failTest(test, "A");
    const leased = await broker.acquire(spaceRequest("B"), signal);
    expect(await broker.keep(leased.id, undefined)).toMatchObject({ state: "kept", reason: "kept by hand" });
    expect(await keptTests(test)).toEqual(["B"]);
  });

  it("keeps one longer when it is asked to, whatever happens to its session", async () => {
    await using test = openTestBroker();
    const { broker, signal, clock } = test;
    const session = await broker.openSession();
    const leased = await broker.acquire(spaceRequest("A", { session: session.id }), signal);
    await broker.keep(leased.id, 1000);
    const again = await broker.keep(leased.id, 7_200_000);
    expect(Date.parse(again.until ?? "") - clock.now()).toBe(7_200_000);
    await session[Symbol.asyncDispose]();
    await clock.advance(7_199_000);
    expect(await keptTests(test)).toEqual(["A"]);
    await clock.advance(1000);
    expect(await keptTests(test)).toEqual([]);
    await expect(broker.keep(leased.id, 1)).toThrowWithCode("SPACE_UNKNOWN");
  });

  it("never keeps one for less long than it would have been, kept or leased", async () => {
    await using test = openTestBroker();
    const { broker, signal, clock } = test;
    const leased = await broker.acquire(spaceRequest("A"), signal);
    const long = await broker.keep(leased.id, 7_200_000);
    expect((await broker.keep(leased.id, undefined)).until).toBe(long.until);
    expect((await broker.keep(leased.id, 1000)).until).toBe(long.until);
    await clock.advance(7_199_000);
    expect(await keptTests(test)).toEqual(["A"]);
    const other = await broker.acquire(spaceRequest("B"), signal);
    expect((await broker.keep(other.id, 1000)).until).toBe(other.until);
    await clock.advance(1000);
    expect(await keptTests(test)).toEqual(["B"]);
  });

  it("gives up kept ones for tests that wait, oldest first, those kept by hand last", async () => {
    await using test = openTestBroker({ plan: { limit: 3, warm: 0 } });
    const { broker, signal, clock } = test;
    const byHand = await broker.acquire(spaceRequest("ByHand"), signal);
    await broker.keep(byHand.id, undefined);
    await failTest(test, "A");
    await failTest(test, "B");
    const one = broker.acquire(spaceRequest("C"), signal);
    await clock.advance(10);
    expect((await one).holder.test).toBe("C");
    expect(await keptTests(test)).toEqual(["B", "ByHand"]);
    const more = [broker.acquire(spaceRequest("D"), signal), broker.acquire(spaceRequest("E"), signal)];
    await clock.advance(10);
    await Promise.all(more);
    expect(await keptTests(test)).toEqual([]);
    expect(test.notes.at(-1)).toContain("kept for ByHand (kept by hand), is given up");
    const last = broker.acquire(spaceRequest("F", { wait: 100 }), signal);
    const expected = expect(last).toThrowWithCode("SPACE_WAIT_OVER");
    await clock.advance(100);
    await expected;
  });

  it("gives up a kept one although another space, which the server holds on to, is in the way", async () => {
    await using test = openTestBroker({ plan: { limit: 2, warm: 0, reuse: "recreate" } });
    const { broker, signal, memory, clock } = test;
    const stuck = await broker.acquire(spaceRequest("Stuck"), signal);
    memory.fault = ({ call, name }) =>
      call === "drop" && name === stuck.made.name ? { kind: "fail" } : undefined;
    await broker.release(stuck.id, { outcome: "passed" });
    await clock.advance(10);
    await failTest(test, "A");
    const waiting = broker.acquire(spaceRequest("B", { wait: 100 }), signal);
    await clock.advance(50);
    expect((await waiting).holder.test).toBe("B");
    expect(await keptTests(test)).toEqual([]);
  });

  it("gives none up while a used space is about to be clean", async () => {
    await using test = openTestBroker({ plan: { limit: 2, warm: 0 } });
    const { broker, signal } = test;
    await failTest(test, "A");
    const held = await broker.acquire(spaceRequest("B"), signal);
    await broker.release(held.id, { outcome: "passed" });
    await broker.acquire(spaceRequest("C"), signal);
    await settle();
    expect(await keptTests(test)).toEqual(["A"]);
  });
});
