import { formatDuration } from "../../model/index.ts";
import { Refusal, TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** An attempt that got so many bytes further does not count against the next ones. */
const PROGRESS_BYTES = 1024 * 1024;

export interface PatienceOptions {
  /** What is being done, for notes: `push manifest 1.0`. */
  what: string;
  /** Bytes that are there for good so far, when there is something like that. */
  progress?: (() => number) | undefined;
  /** The registry answered before: when it cannot be reached now, it may be starting anew. */
  wasReached: () => boolean;
  /** Failures that only this kind of work can get over, at once. */
  alsoPasses?: ((error: unknown) => boolean) | undefined;
  signal: AbortSignal;
}

/** Waits before the next try: longer each time, or as long as the registry asks. */
export interface Patience {
  /**
   * Resolves when it is time to try again. Fails with the error itself when it will not pass, after `maxAttempts` tries, and when
   * the waits would become too long; with the signal's reason when that comes first.
   */
  after(error: unknown): Promise<void>;
}

export function createPatience(settings: Settings, options: PatienceOptions): Patience {
  const { signal, what } = options;
  let attempts = 0;
  let waited = 0;
  let reached = options.progress?.() ?? 0;
  return {
    async after(error) {
      signal.throwIfAborted();
      const isImmediate = options.alsoPasses?.(error) ?? false;
      if (!isImmediate && !willPass(error, options.wasReached())) throw error;
      const now = options.progress?.() ?? 0;
      if (now - reached >= PROGRESS_BYTES) {
        attempts = 0;
        reached = now;
      }
      attempts += 1;
      const ms = isImmediate ? 0 : waitBefore(attempts, error, settings);
      // Silence is a wait too.
      if (error instanceof TransportFailure) waited += error.silentMs;
      if (attempts >= settings.maxAttempts || waited + ms > settings.limits.patience) throw error;
      waited += ms;
      const why = error instanceof Error ? error.message : String(error);
      const when = ms === 0 ? "at once" : `in ${formatDuration(ms)}`;
      settings.onRetry(`${what}: ${why}; trying again ${when} (${attempts + 1} of ${settings.maxAttempts})`);
      if (ms > 0) await settings.sleep(ms, signal);
    },
  };
}

/** Tries until it works, or patience ends. */
export async function withRetries<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await patience.after(error);
    }
  }
}

/** Statuses that pass by themselves: too many requests, and a registry or something before it that is out of order. */
export function isPassing(status: number): boolean {
  return [429, 500, 502, 503, 504].includes(status);
}

function willPass(error: unknown, wasReached: boolean): boolean {
  if (error instanceof Refusal) return isPassing(error.status);
  if (!(error instanceof TransportFailure)) return false;
  return error.kind === "lost" || error.kind === "late" || (error.kind === "away" && wasReached);
}

function waitBefore(attempt: number, error: unknown, { random }: Settings): number {
  // The server closed an idle connection just when we used it.
  if (error instanceof TransportFailure && error.wasReused && attempt === 1) return 0;
  const grown = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  const spread = Math.round(grown * (0.5 + random() / 2));
  const asked = error instanceof Refusal ? error.waitMs : undefined;
  // Nobody is to come at the very moment that everybody was told.
  return asked === undefined ? spread : asked + Math.round(random() * FIRST_WAIT_MS);
}
