import type { Clock } from "../clock.ts";

/** What the tests ask for and what the server takes, as far as the last seconds tell. */
export interface Pace {
  /** A space was asked for. */
  asked(): void;
  /** One was made, in so many milliseconds. */
  made(ms: number): void;
  /** Putting one back took so long, and worked or did not. */
  putBack(ms: number, worked: boolean): void;
  /** How many should wait ahead of need: as many as are asked for in twice the time that it takes to come to one, made or put back. */
  ahead(): number;
  /** So many are in use now. */
  inUse(count: number): void;
  /** How many were in use at once in the last minute, roughly. */
  peak(): number;
  /** Putting back is likely the shorter way to a clean one, or was not tried for a while. */
  readonly putBackFirst: boolean;
}

/** How long a request counts for the rate, roughly. */
const MEMORY_MS = 2000;
/** How long a peak counts, roughly. */
const PEAK_MS = 60_000;
/** How much the newest measurement counts. */
const WEIGHT = 0.2;
/** How much one that was put back counts: trying costs little beside making, so that tests which change less are noticed at once. */
const HOPE = 0.5;
/** After so many that were made though used ones waited, putting back is tried again: later tests may change less. */
const TRY_AFTER = 4;

/** A pace that knows nothing yet: what was never tried counts as quick. */
export function createPace(clock: Clock): Pace {
  let requests = 0;
  let last = clock.now();
  let peak = 0;
  let peakAt = last;
  let makeMs: number | undefined;
  let putBackMs = 0;
  let worked = 1;
  let madeSince = 0;
  let wasPutBack = false;
  const mean = (before: number | undefined, now: number) =>
    before === undefined ? now : before + WEIGHT * (now - before);
  const fade = () => {
    const now = clock.now();
    requests *= Math.exp((last - now) / MEMORY_MS);
    last = now;
  };
  const fadePeak = () => {
    const now = clock.now();
    peak *= Math.exp((peakAt - now) / PEAK_MS);
    peakAt = now;
  };
  return {
    asked() {
      fade();
      requests += 1;
    },
    made(ms) {
      makeMs = mean(makeMs, ms);
      madeSince += 1;
    },
    putBack(ms, did) {
      madeSince = 0;
      wasPutBack = true;
      putBackMs = mean(putBackMs, ms);
      worked += did ? HOPE * (1 - worked) : -WEIGHT * worked;
    },
    ahead() {
      fade();
      const supplyMs = wasPutBack ? worked * putBackMs + (1 - worked) * (makeMs ?? 0) : (makeMs ?? 0);
      return Math.ceil(2 * (requests / MEMORY_MS) * supplyMs);
    },
    inUse(count) {
      fadePeak();
      peak = Math.max(peak, count);
    },
    peak() {
      fadePeak();
      return Math.ceil(peak);
    },
    get putBackFirst() {
      return makeMs === undefined || madeSince >= TRY_AFTER || putBackMs <= makeMs * worked;
    },
  };
}
