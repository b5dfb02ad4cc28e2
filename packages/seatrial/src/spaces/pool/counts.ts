import type { SpacesOutcome } from "../../model/index.ts";
import type { Space } from "./space.ts";

/** What a pool did so far. */
export interface Counts {
  created(): void;
  /** Milliseconds. */
  leased(space: Space, waited: number): void;
  read(): Pick<SpacesOutcome, "leased" | "reused" | "created" | "wait">;
}

/** The median is that of so many of the last. */
const WAITS = 10_000;

/** Nothing done yet. */
export function createCounts(): Counts {
  const waits: number[] = [];
  let [leased, reused, created, largest] = [0, 0, 0, 0];
  return {
    created() {
      created += 1;
    },
    leased(space, waited) {
      waits[leased % WAITS] = waited;
      leased += 1;
      if (space.isReused) reused += 1;
      largest = Math.max(largest, waited);
    },
    read() {
      const sorted = waits.toSorted((one, other) => one - other);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return { leased, reused, created, wait: { median, largest } };
    },
  };
}
