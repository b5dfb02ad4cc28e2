import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createLease } from "./lease.ts";

const HOUR = 3_600_000;

function lease(time: number, inUse: () => Promise<boolean> = async () => false) {
  const told: Date[] = [];
  const made = createLease({ time, inUse, lookEvery: 5, onChange: async (until) => void told.push(until) });
  return { lease: made, told };
}

/** Whether it is over within a few looks. */
async function isOver(of: ReturnType<typeof lease>): Promise<boolean> {
  const stop = new AbortController();
  const over = of.lease.over(stop.signal).then(() => !stop.signal.aborted);
  const timer = setTimeout(() => stop.abort(), 100);
  const answer = await over;
  clearTimeout(timer);
  return answer;
}

describe("a lease", () => {
  it("is over after its time", async () => {
    expect(await isOver(lease(20))).toBe(true);
    expect(await isOver(lease(HOUR))).toBe(false);
  });

  it("is extended, never shortened, and tells its new end", async () => {
    const long = lease(HOUR);
    const first = long.lease.until;
    expect(await long.lease.extend(1)).toEqual(first);
    const later = await long.lease.extend(2 * HOUR);
    expect(later.getTime()).toBeGreaterThan(first.getTime());
    expect(long.told).toEqual([later]);
  });

  it("does not end while it is used, and begins anew after that", async () => {
    const short = lease(300);
    const over = new AbortController();
    short.lease.use(over.signal);
    short.lease.expire();
    expect(await isOver(short)).toBe(false);
    over.abort(new Error("enough"));
    expect(await isOver(short)).toBe(false);
    await wait(300);
    expect(await isOver(short)).toBe(true);
  });

  it("does not end while somebody is inside, or while nobody can tell", async () => {
    expect(await isOver(lease(1, async () => true))).toBe(false);
    expect(await isOver(lease(1, () => Promise.reject(new Error("engine away"))))).toBe(false);
  });

  it("is let go at once", async () => {
    const long = lease(HOUR);
    long.lease.expire();
    expect(await isOver(long)).toBe(true);
  });

  it("is not waited for once the signal aborts", async () => {
    await expect(lease(HOUR).lease.over(AbortSignal.abort())).resolves.toBeUndefined();
  });
});
