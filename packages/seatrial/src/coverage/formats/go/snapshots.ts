import { accumulate, accumulateAll } from "./accumulate.ts";
import type { Reading } from "./entries.ts";
import type { CoverMode } from "./program.ts";

/** Files of one process, from the oldest to the newest. */
export interface Snapshots {
  add(reading: Reading): void;
  /** Adds what the process counted to `counters`. */
  finish(counters: Uint32Array): void;
}

/**
 * What a program writes while it runs (runtime/coverage.WriteCounters) holds everything since its start, and so does the file of its
 * end: the newest one counts alone. One with a smaller number in it is of a program that cleared its counters in between, or of another
 * process with the same id: it counts besides.
 */
export function createSnapshots(units: number, mode: CoverMode): Snapshots {
  const earlier = new Uint32Array(units);
  let latest: Uint32Array | undefined;
  return {
    add(reading) {
      const current = new Uint32Array(units);
      accumulate(current, reading, mode);
      if (latest?.some((hits, unit) => hits > (current[unit] ?? 0)) === true)
        accumulateAll(earlier, latest, mode);
      latest = current;
    },
    finish(counters) {
      accumulateAll(counters, earlier, mode);
      if (latest !== undefined) accumulateAll(counters, latest, mode);
    },
  };
}
