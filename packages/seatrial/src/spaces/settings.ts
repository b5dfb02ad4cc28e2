import type { Duration } from "../model/index.ts";

/**
 * How a broker goes about its work. The defaults are estimates, not measured one by one: few makers, since they take processors from
 * the tests, and times that also a busy machine keeps. docs/benchmarks.md measures what they come to together.
 */
export interface BrokerSettings {
  /** How many spaces of one definition are made or put back at the same time: usually, and while tests wait. Default: 1 and 2. */
  makers: { usual: number; waiting: number };
  /** Clean spaces that wait ahead of need at least, unless the definition says how many. Default: 4. */
  ahead: number;
  /** Until a request fails with SPACE_WAIT_OVER, when it does not say. Default: 60 s. */
  wait: Duration;
  /** How long calls to a server may take. `open` is for its template. `close` is for everything when the broker is closed. */
  within: Record<"open" | "make" | "reset" | "drop" | "aside" | "close", Duration>;
}

export const DEFAULT_SETTINGS: BrokerSettings = {
  makers: { usual: 1, waiting: 2 },
  ahead: 4,
  wait: 60_000,
  within: { open: 600_000, make: 60_000, reset: 30_000, drop: 30_000, aside: 10_000, close: 10_000 },
};
