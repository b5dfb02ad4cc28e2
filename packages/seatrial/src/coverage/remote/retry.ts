import { pause } from "../../support/abort.ts";
import { isToolError } from "../../support/error.ts";

export interface Patience {
  /** Tries in all. */
  attempts: number;
  /** Milliseconds before the second try; each next one waits twice as long. */
  wait: number;
  /** Hears of each failure that is tried again. */
  onNote(note: string): void;
}

const LONGEST_MS = 10_000;

/** Tries until it works, as long as the failure is COVERAGE_STORAGE_UNREACHABLE. Fails with the last one's error. */
export async function withRetries<T>(
  patience: Patience,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= patience.attempts || !isToolError(error, "COVERAGE_STORAGE_UNREACHABLE")) throw error;
      const grown = Math.min(LONGEST_MS, patience.wait * 2 ** (attempt - 1));
      const ms = Math.round(grown * (0.75 + Math.random() / 4));
      patience.onNote(
        `${error.message}; trying again in ${(ms / 1000).toFixed(1)} s (${attempt + 1} of ${patience.attempts})`,
      );
      await pause(ms, signal);
    }
  }
}
