import { describe, expect, it } from "vitest";
import { createRenewed, type Lent } from "./renewed.ts";

const signal = new AbortController().signal;
const MINUTE = 60_000;

function counting(lend: (count: number, now: number) => Lent<string> | undefined) {
  const state = { now: 0, asked: 0 };
  const renewed = createRenewed({
    sources: [
      async () => undefined,
      async () => {
        state.asked += 1;
        return lend(state.asked, state.now);
      },
    ],
    missing: () => new Error("nowhere"),
    now: () => state.now,
  });
  return { renewed, state };
}

describe("credentials that are lent", () => {
  it("are asked for again five minutes before they expire", async () => {
    const { renewed, state } = counting((count, now) => ({ value: `v${count}`, expires: now + 60 * MINUTE }));
    expect(await renewed.get(signal)).toBe("v1");
    state.now = 54 * MINUTE;
    expect(await renewed.get(signal)).toBe("v1");
    state.now = 56 * MINUTE;
    expect(await renewed.get(signal)).toBe("v2");
  });

  it("stay while they are valid, when new ones cannot be had", async () => {
    const { renewed, state } = counting((count, now) => {
      if (count === 2) throw new Error("away");
      return { value: `v${count}`, expires: now + 60 * MINUTE };
    });
    await renewed.get(signal);
    state.now = 58 * MINUTE;
    expect(await renewed.get(signal)).toBe("v1");
    state.now = 61 * MINUTE;
    expect(await renewed.get(signal)).toBe("v3");
  });

  it("are asked for once for all who want them at the same time", async () => {
    const { renewed, state } = counting((count) => ({ value: `v${count}` }));
    expect(await Promise.all([renewed.get(signal), renewed.get(signal)])).toEqual(["v1", "v1"]);
    expect(state.asked).toBe(1);
  });

  it("are asked for anew when a server calls them expired, unless they stay the same", async () => {
    const lasting = counting(() => ({ value: "same" }));
    await lasting.renewed.get(signal);
    expect(lasting.renewed.forget()).toBe(false);
    const short = counting((count, now) => ({ value: `v${count}`, expires: now + 60 * MINUTE }));
    await short.renewed.get(signal);
    expect([short.renewed.forget(), await short.renewed.get(signal)]).toEqual([true, "v2"]);
  });

  it("that nobody has are an error", async () => {
    await expect(counting(() => undefined).renewed.get(signal)).rejects.toThrow("nowhere");
  });
});
