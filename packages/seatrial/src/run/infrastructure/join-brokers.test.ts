import { describe, expect, it } from "vitest";
import type { Broker } from "../../spaces/index.ts";
import { fakeBroker } from "../../spaces/testing/fake-broker.ts";
import { joinBrokers } from "./join-brokers.ts";

const holder = { run: "r1", suite: "unit", test: "T", attempt: 1 };
const signal = new AbortController().signal;
/** Ids of fake brokers begin anew in each; those of real ones are random. */
const named = (name: string): Broker => {
  const broker = fakeBroker({ prefix: `${name}_` });
  const own = (id: string) => (id.startsWith(name) ? id.slice(name.length) : "other");
  return {
    ...broker,
    acquire: async (request, stop) => {
      const leased = await broker.acquire(request, stop);
      return { ...leased, id: `${name}${leased.id}` };
    },
    release: (id, result) => broker.release(own(id), result),
    renew: (id, ttl) => broker.renew(own(id), ttl),
    keep: (id, time) => broker.keep(own(id), time),
    drop: (id) => broker.drop(own(id)),
    find: (id) => broker.find(own(id)),
  };
};

describe("several brokers as one", () => {
  it("give spaces of the last one, and find those of all", async () => {
    const all = [named("a")];
    const joined = joinBrokers(() => all);
    const first = await joined.acquire({ space: "postgres", holder }, signal);
    all.push(named("b"));
    const second = await joined.acquire({ space: "postgres", holder }, signal);
    expect([first.made.name, second.made.name]).toEqual(["a_1", "b_1"]);
    expect((await joined.find(first.id)).made.name).toBe("a_1");
    expect(await joined.list()).toHaveLength(2);
    expect(await joined.outcomes()).toHaveLength(2);
    expect((await joined.keep(first.id, undefined)).state).toBe("kept");
    expect((await joined.renew(second.id, 5)).state).toBe("leased");
    expect((await joined.release(second.id, { outcome: "passed" })).state).toBe("draining");
    expect((await joined.drop(first.id)).state).toBe("gone");
  });

  it("say that nobody knows a space, and fail with what else goes wrong", async () => {
    const joined = joinBrokers(() => [named("a"), named("b")]);
    await expect(joined.find("c1")).toThrowWithCode("SPACE_UNKNOWN");
    const broken: Broker = { ...named("a"), drop: () => Promise.reject(new Error("away")) };
    await expect(joinBrokers(() => [broken]).drop("a1")).rejects.toThrow("away");
  });

  it("say that there are no spaces where there is no broker", async () => {
    const joined = joinBrokers(() => []);
    await expect(joined.acquire({ space: "postgres", holder }, signal)).toThrowWithCode("SPACE_NOT_DEFINED");
    expect(await joined.list()).toEqual([]);
  });
});
