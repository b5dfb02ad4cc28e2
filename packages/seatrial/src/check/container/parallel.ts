export interface ParallelOptions<T, R> {
  /** So many at once. */
  limit: number;
  signal: AbortSignal;
  work: (item: T, signal: AbortSignal) => Promise<R>;
  /** Called with each result in the order of the items, as soon as it and those before it are known. */
  done: (result: R) => void;
}

/** Does several things at once. The first that fails stops the others, and is what this fails with. */
export async function inParallel<T, R>(items: readonly T[], options: ParallelOptions<T, R>): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const results = new Map<number, R>();
  let next = 0;
  let told = 0;

  async function worker(): Promise<void> {
    while (next < items.length) {
      signal.throwIfAborted();
      const at = next;
      next += 1;
      results.set(at, await options.work(items[at] as T, signal));
      for (; results.has(told); told += 1) options.done(results.get(told) as R);
    }
  }

  const workers = Array.from({ length: Math.min(options.limit, items.length) }, async () => {
    try {
      await worker();
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  });
  const settled = await Promise.allSettled(workers);
  if (settled.some(({ status }) => status === "rejected")) throw signal.reason;
}
