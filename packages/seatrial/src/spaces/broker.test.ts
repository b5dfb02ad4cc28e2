import { describe, expect, it } from "vitest";
import { openTestBroker, spaceRequest } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";
import { spacePlan } from "./testing/plan.ts";

const passed = { outcome: "passed" } as const;
const failed = { outcome: "failed" } as const;

describe("a broker", () => {
  it("gives out a space that nobody else has, with its address and whose it is", async () => {
    await using test = openTestBroker();
    const { broker, signal, clock } = test;
    const one = await broker.acquire(spaceRequest("TestA"), signal);
    const other = await broker.acquire(spaceRequest("TestB"), signal);
    expect(other.made.name).not.toBe(one.made.name);
    expect(one).toMatchObject({ space: "db", service: "db", kind: "postgres", holder: { test: "TestA" } });
    expect(one.made.values["user"]).toBe(one.made.name);
    expect(Date.parse(one.until) - clock.now()).toBe(600_000);
    const listed = (await broker.list()).find((space) => space.id === one.id);
    expect(listed).toMatchObject({ state: "leased", name: one.made.name, holder: { test: "TestA" } });
  });

  it("makes spaces ahead of need, so that acquiring makes no call to the server", async () => {
    await using test = openTestBroker({ plan: { warm: 3 } });
    const { broker, signal, memory, count } = test;
    broker.prepare(["db"]);
    await settle();
    expect(await count("ready")).toBe(3);
    const calls = memory.calls.length;
    const leased = broker.acquire(spaceRequest(), signal);
    expect(memory.calls.slice(calls)).toEqual([]);
    await leased;
    await settle();
    expect([await count("ready"), await count("leased")]).toEqual([3, 1]);
  });

  it("puts a space back that was given back, and gives it out again under another id", async () => {
    await using test = openTestBroker({ plan: { warm: 1, limit: 1 } });
    const { broker, signal, memory } = test;
    const first = await broker.acquire(spaceRequest("TestA"), signal);
    memory.connect(first.made).write("row", "1");
    expect(await broker.release(first.id, passed)).toMatchObject({ state: "draining" });
    const second = await broker.acquire(spaceRequest("TestB"), signal);
    expect(second.made.name).toBe(first.made.name);
    // What a test left running knows the old one.
    expect(() => memory.connect(first.made)).toThrow();
    expect(second.id).not.toBe(first.id);
    expect(memory.connect(second.made).read().size).toBe(0);
    // Giving back twice ends nobody else's lease.
    expect(await broker.release(first.id, passed)).toMatchObject({ state: "gone" });
    const [outcome] = await broker.outcomes();
    expect(outcome).toMatchObject({ leased: 2, reused: 1, created: 1 });
  });

  it("drops a used space when putting it back is not safe, not wanted, or fails", async () => {
    for (const how of ["unsafe", "recreate", "fails"] as const) {
      const reuse = how === "recreate" ? "recreate" : "auto";
      await using test = openTestBroker({ plan: { reuse, warm: 1 } });
      const { broker, signal, memory, count } = test;
      memory.fault = ({ call }) => {
        if (call !== "reset" || how === "recreate") return undefined;
        return how === "unsafe" ? { kind: "unsafe" } : { kind: "fail" };
      };
      const first = await broker.acquire(spaceRequest("TestA"), signal);
      await broker.release(first.id, passed);
      await settle();
      expect(memory.spaces.has(first.made.name), how).toBe(false);
      expect([await count("ready"), (await broker.list()).length], how).toEqual([1, 1]);
    }
  });

  it("gives the same space to the same key, as long as it is leased", async () => {
    await using test = openTestBroker();
    const { broker, signal } = test;
    const ask = (key: string, suite = "integration") => {
      const { holder } = spaceRequest();
      return broker.acquire(spaceRequest("TestA", { key, holder: { ...holder, suite } }), signal);
    };
    const [one, same] = await Promise.all([ask("k"), ask("k")]);
    expect(same.id).toBe(one.id);
    expect((await ask("k")).id).toBe(one.id);
    expect((await ask("other")).id).not.toBe(one.id);
    expect((await ask("k", "other")).id).not.toBe(one.id);
    await broker.release(one.id, passed);
    expect((await ask("k")).id).not.toBe(one.id);
  });

  it("goes on waiting for a key when one of those who asked has left, and stops with the last", async () => {
    await using test = openTestBroker({ plan: { limit: 1 } });
    const { broker, signal } = test;
    const held = await broker.acquire(spaceRequest(), signal);
    const [first, second] = [new AbortController(), new AbortController()];
    const request = spaceRequest("TestB", { key: "k" });
    const asked = [broker.acquire(request, first.signal), broker.acquire(request, second.signal)];
    first.abort(new Error("connection lost"));
    await expect(asked[0]).rejects.toThrow("connection lost");
    await broker.release(held.id, passed);
    const leased = await asked[1];
    expect(leased?.holder.test).toBe("TestB");
    await broker.release(leased?.id ?? "", passed);
    const last = new AbortController();
    const third = await broker.acquire(spaceRequest(), signal);
    const waiting = broker.acquire(request, last.signal);
    last.abort(new Error("gone too"));
    await expect(waiting).rejects.toThrow("gone too");
    await broker.release(third.id, passed);
    expect(await test.count("leased")).toBe(0);
  });

  it("ends a lease at its time, and renewing puts that off up to the definition's limit", async () => {
    await using test = openTestBroker({ plan: { ttl: 10_000 } });
    const { broker, signal, clock, count } = test;
    const leased = await broker.acquire(spaceRequest("TestA", { ttl: 4000 }), signal);
    await clock.advance(3000);
    const renewed = await broker.renew(leased.id, 99_000);
    expect(Date.parse(renewed.until ?? "") - clock.now()).toBe(10_000);
    await clock.advance(9000);
    expect(await count("leased")).toBe(1);
    await clock.advance(1000);
    const [kept] = (await broker.list()).filter((space) => space.id === leased.id);
    expect(kept).toMatchObject({ state: "kept", reason: "time over", holder: { test: "TestA" } });
    await expect(broker.renew(leased.id, undefined)).toThrowWithCode("SPACE_UNKNOWN");
  });

  it("keeps what a session leaves behind, and drops it where nothing is kept", async () => {
    for (const count of [10, 0]) {
      await using test = openTestBroker({ plan: { keep: { count, time: 1000, bytes: 1e9 } } });
      const { broker, signal, memory } = test;
      const session = await broker.openSession();
      const request = spaceRequest("TestA", { session: session.id });
      const lost = await broker.acquire(request, signal);
      const back = await broker.acquire(request, signal);
      await broker.release(back.id, passed);
      await session[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      await settle();
      const state = (await broker.list()).find((space) => space.id === lost.id);
      // Its process may still be at work: it is never put back.
      expect(memory.calls.some(({ call, name }) => call === "reset" && name === lost.made.name)).toBe(false);
      expect(state?.reason).toBe(count === 0 ? undefined : "owner lost");
      expect(memory.spaces.has(lost.made.name)).toBe(count > 0);
      await expect(broker.acquire(request, signal)).toThrowWithCode("SPACE_REQUEST_INVALID");
    }
  });

  it("stops waiting for a session that ends", async () => {
    await using test = openTestBroker({ plan: { limit: 1 } });
    const { broker, signal, count } = test;
    const held = await broker.acquire(spaceRequest(), signal);
    const session = await broker.openSession();
    const waiting = broker.acquire(spaceRequest("TestB", { session: session.id }), signal);
    await session[Symbol.asyncDispose]();
    await expect(waiting).toThrowWithCode("SPACE_REQUEST_INVALID");
    await broker.release(held.id, passed);
    await settle();
    expect(await count("leased")).toBe(0);
  });

  it("drops a space by hand in whatever state it is", async () => {
    await using test = openTestBroker({ plan: { warm: 2 } });
    const { broker, signal, memory, count } = test;
    const leased = await broker.acquire(spaceRequest(), signal);
    const kept = await broker.acquire(spaceRequest(), signal);
    await broker.release(kept.id, failed);
    await settle();
    const ready = (await broker.list()).find((space) => space.state === "ready");
    for (const { id, name } of [
      { id: leased.id, name: leased.made.name },
      { id: kept.id, name: kept.made.name },
      { id: ready?.id ?? "", name: ready?.name ?? "" },
    ]) {
      expect(await broker.drop(id)).toMatchObject({ id, state: "gone" });
      expect(memory.spaces.has(name)).toBe(false);
      expect(await broker.drop(id)).toMatchObject({ state: "gone" });
    }
    await settle();
    expect([await count("leased"), await count("kept"), await count("ready")]).toEqual([0, 0, 2]);
    await expect(broker.drop("none")).toThrowWithCode("SPACE_UNKNOWN");
  });

  it("drops one that is being made, and tells when the server refuses", async () => {
    await using test = openTestBroker({ plan: { warm: 1 } });
    const { broker, memory } = test;
    memory.fault = ({ call }) => (call === "make" ? { kind: "hang" } : undefined);
    broker.prepare(["db"]);
    await settle();
    const [creating] = await broker.list();
    memory.fault = ({ call }) => (call === "drop" ? { kind: "fail" } : undefined);
    expect(await broker.drop(creating?.id ?? "")).toMatchObject({ state: "quarantined" });
    memory.fault = () => undefined;
    expect(await broker.drop(creating?.id ?? "")).toMatchObject({ state: "gone" });
  });

  it("tells which ids are no more, of spaces that are dropped and of those that are put back", async () => {
    const gone: string[] = [];
    await using test = openTestBroker({ plan: { warm: 0 }, onGone: (id) => void gone.push(id) });
    const { broker, signal } = test;
    const [used, dropped, held] = [
      await broker.acquire(spaceRequest(), signal),
      await broker.acquire(spaceRequest(), signal),
      await broker.acquire(spaceRequest(), signal),
    ];
    await broker.release(used.id, passed);
    await settle();
    await broker.drop(dropped.id);
    await broker.release(held.id, failed);
    await settle();
    expect(gone).toEqual([used.id, dropped.id]);
  });

  it("says which spaces there are when it is asked for others", async () => {
    await using test = openTestBroker({ plans: [spacePlan({ name: "db" }), spacePlan({ name: "cache" })] });
    const { broker, signal } = test;
    const asking = broker.acquire(spaceRequest("TestA", { space: "dbb" }), signal);
    await expect(asking).rejects.toThrow('no spaces "dbb"; there are: db, cache');
    await expect(asking).toThrowWithCode("SPACE_NOT_DEFINED");
  });

  it("writes into the server whose a space is, once it was held for a second", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock } = test;
    const odd = `it's "odd" 🦆 ${"x".repeat(300)}; DROP`;
    const leased = await broker.acquire(spaceRequest(odd), signal);
    const brief = await broker.acquire(spaceRequest("TestBrief"), signal);
    await clock.advance(999);
    await broker.release(brief.id, { outcome: "passed" });
    expect([...memory.spaces.values()].map((space) => space.label).join("")).toBe("");
    await clock.advance(1);
    const label = JSON.parse(memory.spaces.get(leased.made.name)?.label ?? "");
    // Every role of a PostgreSQL can read it: nothing in it opens the space.
    const { attempt } = leased.holder;
    expect(label).toEqual({ id: leased.id, test: odd, suite: "integration", run: "r1", attempt });
    expect(memory.spaces.get(brief.made.name)?.label ?? "").toBe("");
  });
});
