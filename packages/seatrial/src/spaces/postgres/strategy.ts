import type { ServerFacts } from "./facts.ts";

/** How CREATE DATABASE copies. */
export type Strategy = "FILE_COPY" | "WAL_LOG";

/** Chooses how databases are copied. */
export interface StrategyChoice {
  /** For the next copy; undefined: the server knows only one. */
  next(): Strategy | undefined;
  /** How long a copy took, in milliseconds. */
  took(strategy: Strategy | undefined, time: number): void;
}

/** Times that each is tried before the faster one is kept. */
const TRIES = 2;

/** WAL_LOG takes several times the server's processor time for the same work, while FILE_COPY mostly waits for others. */
const WORTH = 0.5;

/**
 * Tries both ways on the first spaces, and keeps WAL_LOG where it took less than half of the time, else FILE_COPY. That makes the server write
 * a checkpoint, twice, so that it is tried only where those do not wait for the disk.
 */
export function createStrategyChoice(facts: ServerFacts): StrategyChoice {
  const times: Record<Strategy, number[]> = { FILE_COPY: [], WAL_LOG: [] };
  const best = (strategy: Strategy) => Math.min(...times[strategy]);
  let asked = 0;
  return {
    next() {
      if (facts.version < 150_000) return undefined;
      if (!facts.isFast) return "WAL_LOG";
      asked += 1;
      if (asked <= 2 * TRIES) return asked % 2 === 1 ? "FILE_COPY" : "WAL_LOG";
      return best("WAL_LOG") < WORTH * best("FILE_COPY") ? "WAL_LOG" : "FILE_COPY";
    },
    took(strategy, time) {
      if (strategy !== undefined) times[strategy].push(time);
    },
  };
}
