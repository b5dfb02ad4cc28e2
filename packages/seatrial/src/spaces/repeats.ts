import { orAborted } from "../support/abort.ts";

/** Requests that say with a key that they are the same one: it is carried out once, as long as what it gave is held. */
export interface Repeats<T> {
  /** What the key has now, or what `start` gives. */
  share(key: string, options: ShareOptions<T>): Promise<T>;
}

export interface ShareOptions<T> {
  /** The signal aborts when all who wait for it have left. `forget` frees the key for another request. */
  start: (signal: AbortSignal, forget: () => void) => Promise<T>;
  /** It came although all had left: nobody knows of it. */
  onUnclaimed: (value: T) => void;
  signal: AbortSignal;
}

interface Shared<T> {
  promise: Promise<T>;
  stop: AbortController;
  askers: number;
  isClaimed: boolean;
}

/** No keys. */
export function createRepeats<T>(): Repeats<T> {
  const shared = new Map<string, Shared<T>>();

  function begin(key: string, { start }: ShareOptions<T>): Shared<T> {
    const stop = new AbortController();
    const forget = () => {
      if (shared.get(key)?.stop === stop) shared.delete(key);
    };
    const promise = start(stop.signal, forget);
    promise.catch(forget);
    stop.signal.addEventListener("abort", forget, { once: true });
    const entry = { promise, stop, askers: 0, isClaimed: false };
    shared.set(key, entry);
    return entry;
  }

  return {
    async share(key, options) {
      const { signal, onUnclaimed } = options;
      signal.throwIfAborted();
      const entry = shared.get(key) ?? begin(key, options);
      entry.askers += 1;
      try {
        const value = await orAborted(entry.promise, signal);
        entry.isClaimed = true;
        return value;
      } finally {
        entry.askers -= 1;
        if (entry.askers === 0 && !entry.isClaimed) {
          entry.promise.then(onUnclaimed, () => undefined);
          entry.stop.abort(signal.reason);
        }
      }
    },
  };
}
