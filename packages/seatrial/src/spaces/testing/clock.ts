import type { Clock } from "../clock.ts";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on; everything that comes due on the way happens at its own time, with what follows from it. */
  advance(ms: number): Promise<void>;
}

/** A clock in the hands of a test. */
export function createManualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<{ at: number; call: () => void }>();
  let now = start;
  const nextDue = (end: number) => {
    let first: { at: number; call: () => void } | undefined;
    for (const timer of timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  };
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.call();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
