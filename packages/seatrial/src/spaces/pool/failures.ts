import type { Clock } from "../clock.ts";

/** How often making failed in a row, and the rest that is taken then. */
export interface Failures {
  /** The last error, until something is made again. */
  readonly last: unknown;
  /** Nothing is to be made now. */
  readonly isResting: boolean;
  /** So many in a row that whoever waits is told. */
  readonly isHopeless: boolean;
  failed(error: unknown): void;
  worked(): void;
}

const HOPELESS = 3;
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 5000;

export interface FailuresOptions {
  clock: Clock;
  /** A rest is over. */
  onRested: () => void;
  signal: AbortSignal;
}

/** No failures. */
export function createFailures({ clock, onRested, signal }: FailuresOptions): Failures {
  let count = 0;
  let last: unknown;
  let isResting = false;
  let stopClock: () => void = () => undefined;
  signal.addEventListener("abort", () => stopClock(), { once: true });
  return {
    get last() {
      return last;
    },
    get isResting() {
      return isResting;
    },
    get isHopeless() {
      return count >= HOPELESS;
    },
    failed(error) {
      count += 1;
      last = error;
      const rest = Math.min(FIRST_REST_MS * 4 ** (count - 1), LONGEST_REST_MS);
      isResting = true;
      stopClock();
      stopClock = clock.after(rest, () => {
        isResting = false;
        onRested();
      });
    },
    worked() {
      count = 0;
      last = undefined;
      isResting = false;
      stopClock();
    },
  };
}
