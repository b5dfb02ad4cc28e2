import { describe, expect, it } from "vitest";
import { openTestBroker, spaceRequest } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";
import { spacePlan } from "./testing/plan.ts";

describe("closing a broker", () => {
  it("drops everything that it made, leased and kept ones and templates too", async () => {
    const test = openTestBroker({ plan: { warm: 2 } });
    const { broker, signal, memory } = test;
    await broker.acquire(spaceRequest("A"), signal);
    const kept = await broker.acquire(spaceRequest("B"), signal);
    await broker.release(kept.id, { outcome: "failed" });
    await settle();
    memory.spaces.set("st_99999999_1", { ...stranger(test) });
    await Promise.all([test[Symbol.asyncDispose](), test[Symbol.asyncDispose]()]);
    expect([...memory.spaces.keys()]).toEqual(["st_99999999_1"]);
    expect(await broker.list()).toEqual([]);
  });

  it("leaves the template of each definition to its maker, where several share a server", async () => {
    const plans = ["one", "other"].map((name) => spacePlan({ name, service: "db" }));
    const test = openTestBroker({ plans });
    for (const { name } of plans) await test.broker.acquire(spaceRequest("A", { space: name }), test.signal);
    await test[Symbol.asyncDispose]();
    const dropped = test.memory.calls.flatMap(({ call, name }) => (call === "drop" ? name : []));
    expect(dropped.filter((name) => /_t\d+_/.test(name))).toEqual([]);
    expect([...test.memory.spaces.keys()]).toEqual([]);
  });

  it("tells who waits and who comes, and answers for what was", async () => {
    const test = openTestBroker({ plan: { limit: 1 } });
    const { broker, signal } = test;
    const leased = await broker.acquire(spaceRequest("A"), signal);
    const waiting = broker.acquire(spaceRequest("B"), signal);
    const expected = expect(waiting).toThrowWithCode("BROKER_CLOSED");
    await test[Symbol.asyncDispose]();
    await expected;
    await expect(broker.acquire(spaceRequest("C"), signal)).toThrowWithCode("BROKER_CLOSED");
    await expect(broker.openSession()).toThrowWithCode("BROKER_CLOSED");
    await expect(broker.keep(leased.id, 1)).toThrowWithCode("BROKER_CLOSED");
    expect(await broker.release(leased.id, { outcome: "passed" })).toMatchObject({ state: "gone" });
    expect((await broker.outcomes())[0]).toMatchObject({ leased: 1 });
  });

  it("begins when its signal aborts, and leases are over", async () => {
    await using test = openTestBroker();
    const { broker, signal, stop } = test;
    await broker.acquire(spaceRequest("A"), signal);
    stop.abort(new Error("stopped by the user"));
    await expect(broker.acquire(spaceRequest("B"), signal)).toThrowWithCode("BROKER_CLOSED");
  });

  it("leaves the server alone where that ends anyway", async () => {
    const test = openTestBroker({ dropOnClose: false, plan: { warm: 1 } });
    const { broker, signal, memory } = test;
    await broker.acquire(spaceRequest("A"), signal);
    await settle();
    await test[Symbol.asyncDispose]();
    expect(memory.calls.some(({ call }) => call === "drop" || call === "list")).toBe(false);
    expect(test.inServer().length).toBe(2);
  });

  it("does not wait longer than its time for a server that hangs, and says what is left", async () => {
    const test = openTestBroker({ plan: { warm: 2 } });
    const { broker, signal, memory, clock, notes } = test;
    await broker.acquire(spaceRequest("A"), signal);
    await settle();
    memory.fault = ({ call }) => (call === "drop" || call === "list" ? { kind: "hang" } : undefined);
    let isClosed = false;
    const closing = test[Symbol.asyncDispose]().then(() => {
      isClosed = true;
    });
    await clock.advance(9999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(notes.filter((note) => note.includes("could not be dropped: the time for closing")).length).toBe(
      3,
    );
    expect((await broker.list()).map((space) => space.state)).toEqual([
      "quarantined",
      "quarantined",
      "quarantined",
    ]);
  });

  it("breaks off a template that is being built, and a space that is being made", async () => {
    for (const busy of ["open", "make"]) {
      const test = openTestBroker();
      const { broker, signal, memory } = test;
      memory.fault = ({ call }) => (call === busy ? { kind: "hang" } : undefined);
      const waiting = broker.acquire(spaceRequest("A"), signal);
      const expected = expect(waiting).toThrowWithCode("BROKER_CLOSED");
      await settle();
      await test[Symbol.asyncDispose]();
      await expected;
      expect(memory.spaces.size).toBe(0);
    }
  });

  it("lets go of a server that answers after the end", async () => {
    const test = openTestBroker();
    const { broker, signal, memory } = test;
    let wake: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      wake = resolve;
    });
    memory.fault = ({ call }) => (call === "open" ? { kind: "deaf", until } : undefined);
    const waiting = broker.acquire(spaceRequest("A"), signal);
    const expected = expect(waiting).toThrowWithCode("BROKER_CLOSED");
    await settle();
    await test[Symbol.asyncDispose]();
    await expected;
    wake();
    await settle();
    expect(memory.spaces.size).toBe(0);
  });
});

function stranger({ memory }: ReturnType<typeof openTestBroker>) {
  const [any] = memory.spaces.values();
  if (any === undefined) throw new Error("the server is empty");
  return any;
}
