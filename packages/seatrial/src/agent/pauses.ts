import type { Duration } from "../model/index.ts";

/** Agents give their owner up after a minute of silence, of which it may have kept this much by being busy. */
const WORTH_TELLING: Duration = 40_000;
/** What broke in a pause shows within this time of its end. */
const RECENT: Duration = 10_000;
const TICK: Duration = 1_000;

/** Notices when this process did not run: stopped (Ctrl-Z, a debugger), or on a machine that was asleep. */
export interface Pauses extends Disposable {
  /** How long a pause of 40 s or more was that goes on or ended within the last 10 s. */
  recent(): Duration | undefined;
}

/** Looks at a clock (milliseconds since 1970) each second. Its timer does not keep the process alive. */
export function watchPauses(now: () => number): Pauses {
  let last = now();
  let pause: { length: Duration; endedAt: number } | undefined;
  const look = () => {
    const time = now();
    if (time - last >= WORTH_TELLING) pause = { length: time - last, endedAt: time };
    last = time;
  };
  const timer = setInterval(look, TICK);
  timer.unref();
  return {
    recent() {
      // Whoever hears of the end before the timer does is the first to look.
      look();
      return pause !== undefined && now() - pause.endedAt < RECENT ? pause.length : undefined;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
