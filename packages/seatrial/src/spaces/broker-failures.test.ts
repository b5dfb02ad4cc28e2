import { describe, expect, it } from "vitest";
import { isToolError } from "../support/error.ts";
import { spaceError } from "./errors.ts";
import { spacePrefix } from "./journal/entry.ts";
import { openTestBroker, spaceRequest } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";

const passed = { outcome: "passed" } as const;
const migrationFailed = () =>
  spaceError({ code: "TEMPLATE_FAILED", message: "migrate up failed", lastLines: ["no such table"] });

describe("a broker whose template cannot be built", () => {
  it("tells everybody who waits, and everybody who comes later, with its log", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock } = test;
    memory.fault = () => ({ kind: "fail", error: migrationFailed() });
    broker.prepare(["db"]);
    const waiting = await Promise.allSettled([1, 2, 3].map(() => broker.acquire(spaceRequest(), signal)));
    for (const one of waiting) {
      const reason = one.status === "rejected" ? one.reason : undefined;
      expect(isToolError(reason, "TEMPLATE_FAILED") && reason.lastLines).toEqual(["no such table"]);
    }
    await clock.advance(3_600_000);
    await expect(broker.acquire(spaceRequest(), signal)).toThrowWithCode("TEMPLATE_FAILED");
    expect(memory.calls.length).toBe(1);
  });

  it("tells who comes during the build when their time is over", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock } = test;
    memory.fault = () => ({ kind: "hang" });
    const waiting = broker.acquire(spaceRequest("TestA", { wait: 5000 }), signal);
    const expected = expect(waiting).rejects.toThrow(
      "No space of db came free in 5.0 s: what they begin with is still",
    );
    await clock.advance(5000);
    await expected;
  });
});

describe("a broker whose server is away", () => {
  it("fails at once for a moment, and then tries again", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock } = test;
    memory.fault = () => ({ kind: "lost" });
    await expect(broker.acquire(spaceRequest(), signal)).toThrowWithCode("SPACE_SERVER_LOST");
    memory.fault = () => undefined;
    await expect(broker.acquire(spaceRequest(), signal)).toThrowWithCode("SPACE_SERVER_LOST");
    await clock.advance(1001);
    expect((await broker.acquire(spaceRequest(), signal)).space).toBe("db");
  });

  it("is not kept from it by what the first attempt has left there", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock, journal } = test;
    memory.fault = () => ({ kind: "lost" });
    await expect(broker.acquire(spaceRequest(), signal)).toThrowWithCode("SPACE_SERVER_LOST");
    memory.fault = () => undefined;
    const name = `${spacePrefix(journal.generation)}t0_template`;
    const made = { name, port: 5432, values: {} };
    memory.spaces.set(name, { made, data: new Map(), label: "", uses: 0, connections: new Set() });
    await clock.advance(1001);
    expect((await broker.acquire(spaceRequest(), signal)).space).toBe("db");
  });

  it("never gives out again what was there before the server was lost", async () => {
    await using test = openTestBroker({ plan: { warm: 2 } });
    const { broker, signal, memory, clock } = test;
    const leased = await broker.acquire(spaceRequest(), signal);
    await settle();
    const before = new Set(test.inServer());
    let isLost = true;
    memory.fault = ({ call }) => (isLost && call !== "drop" ? { kind: "lost" } : undefined);
    const more = await broker.acquire(spaceRequest(), signal);
    await clock.advance(1);
    isLost = false;
    await broker.release(leased.id, passed);
    await broker.release(more.id, passed);
    await clock.advance(60_000);
    for (const name of test.inServer()) expect(before.has(name)).toBe(false);
    expect(await test.count("ready")).toBe(2);
  });
});

describe("a broker whose spaces cannot be made", () => {
  it("tries three times, tells who waits, and does not go on by itself", async () => {
    await using test = openTestBroker();
    const { broker, signal, memory, clock } = test;
    memory.fault = ({ call }) => (call === "make" ? { kind: "fail" } : undefined);
    const waiting = broker.acquire(spaceRequest(), signal);
    const expected = expect(waiting).toThrowWithCode("SPACE_NOT_MADE");
    await clock.advance(2000);
    await expected;
    await clock.advance(60_000);
    const makes = () => memory.calls.filter(({ call }) => call === "make").length;
    const tried = makes();
    expect(tried).toBeLessThanOrEqual(4);
    await clock.advance(3_600_000);
    expect(makes()).toBe(tried);
    // The next request hears of it after one more try.
    const next = broker.acquire(spaceRequest(), signal);
    const alsoExpected = expect(next).toThrowWithCode("SPACE_NOT_MADE");
    await clock.advance(1);
    await alsoExpected;
    memory.fault = () => undefined;
    const last = broker.acquire(spaceRequest(), signal);
    await clock.advance(10_000);
    expect((await last).space).toBe("db");
  });

  it("drops what was left half-made", async () => {
    await using test = openTestBroker({ plan: { warm: 1 } });
    const { broker, signal, memory, clock } = test;
    let isFirst = true;
    memory.fault = ({ call }) => {
      if (call !== "make" || !isFirst) return undefined;
      isFirst = false;
      return { kind: "fail", after: true };
    };
    const waiting = broker.acquire(spaceRequest(), signal);
    await clock.advance(1000);
    const leased = await waiting;
    expect(leased.made.name).toBe("st_00c0ffee_2");
    expect(test.inServer()).not.toContain("st_00c0ffee_1");
    expect(test.notes[0]).toContain("st_00c0ffee_1 is set aside: the server refuses");
  });

  it("gives up a call that hangs, and drops what comes of it in the end", async () => {
    await using test = openTestBroker({ plan: { warm: 1 } });
    const { broker, signal, memory, clock } = test;
    let wake: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      wake = resolve;
    });
    memory.fault = ({ call, name }) =>
      call === "make" && name.endsWith("_1") ? { kind: "deaf", until } : undefined;
    const waiting = broker.acquire(spaceRequest("TestA", { wait: 90_000 }), signal);
    await clock.advance(61_000);
    expect((await waiting).made.name).toBe("st_00c0ffee_2");
    wake();
    await settle();
    expect(test.inServer()).not.toContain("st_00c0ffee_1");
    const states = (await broker.list()).map((space) => space.name);
    expect(states).not.toContain("st_00c0ffee_1");
  });

  it("tries again and again to drop what the server holds on to, less and less often", async () => {
    await using test = openTestBroker({ plan: { warm: 1, reuse: "recreate" } });
    const { broker, signal, memory, clock, count } = test;
    const leased = await broker.acquire(spaceRequest(), signal);
    let tries = 0;
    memory.fault = ({ call }) => {
      if (call !== "drop") return undefined;
      tries += 1;
      return { kind: "fail" };
    };
    await broker.release(leased.id, passed);
    await clock.advance(3_600_000);
    expect(tries).toBe(10);
    const [listed] = (await broker.list()).filter((space) => space.state === "quarantined");
    expect(listed).toMatchObject({ id: leased.id, holder: { test: "TestA" } });
    expect(listed?.reason).toContain("the server refuses: drop");
    memory.fault = () => undefined;
    await broker.drop(leased.id);
    expect(await count("quarantined")).toBe(0);
  });
});

describe("a broker that is at its limit", () => {
  it("tells who waits how many there are and who has them", async () => {
    await using test = openTestBroker({ plan: { limit: 2, keep: { count: 0, time: 0, bytes: 0 } } });
    const { broker, signal, clock } = test;
    await broker.acquire(spaceRequest("TestOrders\u0000/sub\n1"), signal);
    const { holder } = spaceRequest();
    await clock.advance(1000);
    await broker.acquire(spaceRequest("", { holder: { ...holder, suite: "api", test: "" } }), signal);
    const waiting = broker.acquire(spaceRequest("TestC", { wait: 2000 }), signal);
    const expected = expect(waiting).rejects.toThrow(
      "No space of db came free in 2.0 s: 2 of at most 2 exist (2 leased); held by TestOrders /sub 1 (integration) for 3.0 s; a process of api for 2.0 s",
    );
    await clock.advance(2000);
    await expected;
    const again = broker.acquire(spaceRequest("TestC", { wait: 0 }), signal);
    const over = expect(again).toThrowWithCode("SPACE_WAIT_OVER");
    await clock.advance(0);
    await over;
  });

  it("serves who waits first come, first served, and leaves out who left", async () => {
    await using test = openTestBroker({ plan: { limit: 1 } });
    const { broker, signal } = test;
    const held = await broker.acquire(spaceRequest(), signal);
    const left = new AbortController();
    const first = broker.acquire(spaceRequest("first"), left.signal);
    const second = broker.acquire(spaceRequest("second"), signal);
    const third = broker.acquire(spaceRequest("third"), signal);
    left.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    await broker.release(held.id, passed);
    const next = await second;
    await broker.release(next.id, passed);
    expect((await third).holder.test).toBe("third");
  });

  it("makes with two makers while tests wait, and with one otherwise", async () => {
    await using test = openTestBroker({ plan: { warm: 6 } });
    const { broker, signal, memory, count } = test;
    memory.fault = ({ call }) => (call === "make" ? { kind: "hang" } : undefined);
    broker.prepare(["db"]);
    await settle();
    expect(await count("creating")).toBe(1);
    const stop = new AbortController();
    const waiting = [1, 2, 3].map(() => broker.acquire(spaceRequest(), stop.signal).catch(() => undefined));
    await settle();
    expect(await count("creating")).toBe(2);
    stop.abort(new Error("enough"));
    await Promise.all(waiting);
    expect(signal.aborted).toBe(false);
  });

  it("makes new ones before it drops old ones, when tests wait", async () => {
    await using test = openTestBroker({ plan: { warm: 1, limit: 8, reuse: "recreate" } });
    const { broker, signal, memory } = test;
    const old = [await broker.acquire(spaceRequest(), signal), await broker.acquire(spaceRequest(), signal)];
    await settle();
    const start = memory.calls.length;
    const waiting = ["a", "b"].map((name) => broker.acquire(spaceRequest(name), signal));
    for (const { id } of old) await broker.release(id, passed);
    await Promise.all(waiting);
    await settle();
    const order = memory.calls.slice(start).map(({ call }) => call);
    expect(order.indexOf("make")).toBeLessThan(order.indexOf("drop"));
    expect(order.filter((call) => call === "drop").length).toBe(2);
  });
});
