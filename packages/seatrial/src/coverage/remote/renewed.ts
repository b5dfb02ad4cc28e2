/** Credentials that somebody gave, and until when (milliseconds since 1970); without an end they stay the same. */
export interface Lent<T> {
  value: T;
  expires?: number | undefined;
}

/** Looks for credentials; undefined: it has nothing to say here, and the next one is asked. */
export type Source<T> = (signal: AbortSignal) => Promise<Lent<T> | undefined>;

/** Credentials that are kept until shortly before they expire. */
export interface Renewed<T> {
  /** A renewal that fails is no error while the old ones are valid. */
  get(signal: AbortSignal): Promise<T>;
  /** A server says that they have expired: true when others can be had. */
  forget(): boolean;
}

const BEFORE_MS = 5 * 60_000;

/** Asks the sources in order. Fails with the first one's error, or with `missing()` when none has anything. */
export function createRenewed<T>(options: {
  sources: readonly Source<T>[];
  missing: () => Error;
  now?: (() => number) | undefined;
}): Renewed<T> {
  const { sources, missing, now = Date.now } = options;
  let known: (Lent<T> & { renewAt: number }) | undefined;
  // One asks at a time; the others have what it got.
  let asking: Promise<T> | undefined;

  async function fetch(signal: AbortSignal): Promise<T> {
    try {
      for (const source of sources) {
        const lent = await source(signal);
        if (lent === undefined) continue;
        const { expires = Number.POSITIVE_INFINITY } = lent;
        known = { ...lent, renewAt: expires - Math.min(BEFORE_MS, (expires - now()) / 2) };
        return lent.value;
      }
      throw missing();
    } catch (error) {
      if (known !== undefined && now() < (known.expires ?? 0)) return known.value;
      throw error;
    }
  }

  return {
    async get(signal) {
      if (known !== undefined && (known.expires === undefined || now() < known.renewAt)) return known.value;
      asking ??= fetch(signal).finally(() => {
        asking = undefined;
      });
      return await asking;
    },
    forget() {
      if (known?.expires === undefined) return false;
      known = undefined;
      return true;
    },
  };
}
