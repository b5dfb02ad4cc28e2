import { describe, expect, it } from "vitest";
import type { MakerOptions } from "../maker.ts";
import { describeKind } from "../testing/contract.ts";
import { spacePlan } from "../testing/plan.ts";
import { createMemoryKind, memoryServer, SCHEMA } from "./index.ts";

const signal = new AbortController().signal;

function makerOptions(change: Partial<MakerOptions> = {}): MakerOptions {
  return {
    plan: spacePlan(),
    server: memoryServer("db"),
    prefix: "st_0_t0_",
    runStep: async () => undefined,
    onNote: () => undefined,
    signal,
    ...change,
  };
}

describeKind({
  name: "memory",
  async open() {
    const memory = createMemoryKind();
    return {
      driver: memory.driver,
      openMaker: (prefix, opening) => memory.driver.open(makerOptions({ prefix, signal: opening })),
      connect: async (space) => memory.connect(space),
      fingerprint: async (space) => JSON.stringify([...memory.connect(space).read()].sort()),
      dirty: async (space) => memory.connect(space).write("row", "1"),
      dirtier: { "with its schema": async (space) => memory.connect(space).write(SCHEMA, "1") },
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
});

describe("faults in memory", () => {
  it("fails before or after the work, as told", async () => {
    const memory = createMemoryKind();
    const maker = await memory.driver.open(makerOptions());
    memory.fault = ({ name }) => ({ kind: "fail", after: name === "b" });
    await expect(maker.make("a", signal)).toThrowWithCode("SPACE_NOT_MADE");
    await expect(maker.make("b", signal)).toThrowWithCode("SPACE_NOT_MADE");
    expect([memory.spaces.has("a"), memory.spaces.has("b")]).toEqual([false, true]);
  });

  it("hangs until the signal aborts", async () => {
    const memory = createMemoryKind();
    const maker = await memory.driver.open(makerOptions());
    memory.fault = () => ({ kind: "hang" });
    const stop = new AbortController();
    const making = maker.make("a", stop.signal);
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(making).rejects.toBe(reason);
  });

  it("says that putting back is not safe, and that the server is gone", async () => {
    const memory = createMemoryKind();
    const maker = await memory.driver.open(makerOptions());
    const space = await maker.make("a", signal);
    memory.fault = ({ call }) => (call === "reset" ? { kind: "unsafe" } : { kind: "lost" });
    expect(await maker.reset(space, signal)).toBe(false);
    await expect(maker.drop("a", signal)).toThrowWithCode("SPACE_SERVER_LOST");
  });
});
