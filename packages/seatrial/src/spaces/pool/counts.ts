import type { SpacesOutcome } from "../../model/index.ts";
import type { SpaceClient } from "../held-by.ts";
import type { Space } from "./space.ts";

type Counted = Pick<SpacesOutcome, "leased" | "reused" | "created" | "wait">;

/** What a pool did so far. */
export interface Counts {
  created(): void;
  /** Milliseconds. */
  leased(space: Space, waited: number): void;
  /** Of all, or of what one client was given. */
  read(of?: SpaceClient): Counted;
}

/** The median is that of so many of the last. */
const WAITS = 10_000;
const CLIENT_WAITS = 1_000;
/** An owner that lives for weeks sees any number of runs: those that asked first are forgotten. */
const MOST_CLIENTS = 200;

/** Nothing done yet. */
export function createCounts(): Counts {
  const all = createTally(WAITS);
  const clients = new Map<string, Tally>();
  let created = 0;

  function tallyOf(client: SpaceClient): Tally {
    const key = keyOf(client);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const tally = createTally(CLIENT_WAITS);
    clients.set(key, tally);
    const [oldest] = clients.keys();
    if (clients.size > MOST_CLIENTS && oldest !== undefined) clients.delete(oldest);
    return tally;
  }

  return {
    created() {
      created += 1;
    },
    leased(space, waited) {
      all.add(space.isReused, waited);
      if (space.holder !== undefined) tallyOf(space.holder).add(space.isReused, waited);
    },
    read(of) {
      if (of === undefined) return { ...all.read(), created };
      const own = (clients.get(keyOf(of)) ?? createTally(0)).read();
      // What was made ahead of need was made for nobody yet.
      return { ...own, created: own.leased - own.reused };
    },
  };
}

interface Tally {
  add(isReused: boolean, waited: number): void;
  read(): Omit<Counted, "created">;
}

function createTally(most: number): Tally {
  const waits: number[] = [];
  let [leased, reused, largest] = [0, 0, 0];
  return {
    add(isReused, waited) {
      waits[leased % most] = waited;
      leased += 1;
      if (isReused) reused += 1;
      largest = Math.max(largest, waited);
    },
    read() {
      const sorted = waits.toSorted((one, other) => one - other);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return { leased, reused, wait: { median, largest } };
    },
  };
}

function keyOf({ run, suite }: SpaceClient): string {
  return `${run}\0${suite}`;
}
