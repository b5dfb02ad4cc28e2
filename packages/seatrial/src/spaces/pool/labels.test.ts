import { describe, expect, it } from "vitest";
import { deferred } from "../../support/abort.ts";
import { openTestBroker, spaceRequest } from "../testing/broker.ts";
import { settle } from "../testing/clock.ts";
import { LABEL_MS } from "./labels.ts";

/** A space that is held, and whose label the server has not taken in yet. */
async function labelling() {
  const test = openTestBroker({ plan: { warm: 0, limit: 1 } });
  const late = deferred<void>();
  test.memory.fault = ({ call }) => (call === "label" ? { kind: "deaf", until: late.promise } : undefined);
  const leased = await test.broker.acquire(spaceRequest("TestA"), test.signal);
  await test.clock.advance(1000);
  const calls = () => test.memory.calls.map(({ call }) => call).filter((call) => call !== "list");
  expect(calls().at(-1)).toBe("label");
  return { ...test, leased, late, calls };
}

describe("a space whose label is under way", () => {
  it("is put back when the label is written, and is as a new one for the next test", async () => {
    const { broker, leased, late, calls, signal, memory } = await labelling();
    await broker.release(leased.id, { outcome: "passed" });
    const next = broker.acquire(spaceRequest("TestB"), signal);
    await settle();
    expect(calls().at(-1)).toBe("label");
    late.resolve();
    expect((await next).made.name).toBe(leased.made.name);
    expect(calls().slice(-2)).toEqual(["label", "reset"]);
    expect(memory.spaces.get(leased.made.name)?.label).toBe("");
    await broker[Symbol.asyncDispose]();
  });

  it("is dropped when the label is written, so that nothing makes it again", async () => {
    const { broker, leased, late, calls, inServer } = await labelling();
    const dropping = broker.drop(leased.id);
    await settle();
    expect(calls()).not.toContain("drop");
    late.resolve();
    expect(await dropping).toMatchObject({ state: "gone" });
    expect(inServer()).toEqual([]);
    await broker[Symbol.asyncDispose]();
  });

  it("is waited for when the broker is closed", async () => {
    const { broker, late, calls, inServer } = await labelling();
    const closing = broker[Symbol.asyncDispose]();
    await settle();
    expect(calls()).not.toContain("drop");
    late.resolve();
    await closing;
    expect(inServer()).toEqual([]);
  });

  it("is dropped, and not put back, when the server does not answer", async () => {
    const { broker, leased, late, calls, clock, inServer, count } = await labelling();
    await broker.release(leased.id, { outcome: "passed" });
    await clock.advance(LABEL_MS - 1);
    expect(calls().at(-1)).toBe("label");
    await clock.advance(1);
    expect(calls().at(-1)).toBe("drop");
    expect([await count("ready"), inServer()]).toEqual([0, []]);
    // What comes even later is found at the end.
    late.resolve();
    await settle();
    expect(inServer()).toEqual([leased.made.name]);
    await broker[Symbol.asyncDispose]();
    expect(inServer()).toEqual([]);
  });
});
