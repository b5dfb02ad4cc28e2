import type { Duration } from "../model/index.ts";

const SHORTEST = 2_000;
const LONGEST = 60_000;

/**
 * How long lines may be silent after a run has gone on for `elapsed`: 2 s at first, then a tenth of that time, a minute at most. So the
 * lines that only say that the run goes on are some 50 in ten minutes, and 100 in an hour.
 */
export function longestSilence(elapsed: Duration): Duration {
  return Math.min(LONGEST, Math.max(SHORTEST, elapsed / 10));
}
