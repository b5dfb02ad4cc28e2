import type { Duration } from "../../model/index.ts";
import { pause } from "../../support/abort.ts";

/** How long something lives that nobody uses. */
export interface Lease {
  readonly until: Date;
  /** It ends no earlier than after this time. */
  extend(time: Duration): Promise<Date>;
  /** Nothing ends until the signal aborts; from then on its time counts anew. */
  use(signal: AbortSignal): void;
  /** Its time is over. */
  expire(): void;
  /** Resolves when it is over and nobody is inside, or when the signal aborts. Never rejects. */
  over(signal: AbortSignal): Promise<void>;
}

const LOOK_MS = 1_000;

/** Begins a lease. What cannot be found out about its use counts as use. */
export function createLease(options: {
  time: Duration;
  inUse: () => Promise<boolean>;
  /** Milliseconds between looks. Default 1 s. */
  lookEvery?: Duration | undefined;
  /** Told of each new end. */
  onChange: (until: Date) => Promise<void>;
}): Lease {
  const { inUse, onChange, lookEvery = LOOK_MS } = options;
  let until = new Date(Date.now() + options.time);
  let users = 0;

  async function extend(time: Duration): Promise<Date> {
    const wanted = new Date(Date.now() + time);
    if (wanted > until) {
      until = wanted;
      await onChange(until);
    }
    return until;
  }

  return {
    get until() {
      return until;
    },
    extend,
    use(signal) {
      users += 1;
      const end = () => {
        users -= 1;
        // What is written down is for people; the lease itself has been extended.
        extend(options.time).catch(() => undefined);
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    },
    expire() {
      until = new Date();
    },
    async over(signal) {
      while (!signal.aborted) {
        await pause(lookEvery, signal).catch(() => undefined);
        if (users > 0 || Date.now() < until.getTime()) continue;
        if (!(await inUse().catch(() => true))) return;
      }
    },
  };
}
