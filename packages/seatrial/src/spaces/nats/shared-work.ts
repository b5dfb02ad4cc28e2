/**
 * Work that one run of does for all who asked before it began. Runs follow each other; who asks while one is under way shares the
 * next, for that one may have missed what is asked for.
 */
export function shareWork(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    if (next !== undefined) return next;
    const mine = running.then(() => {
      next = undefined;
      return work();
    });
    next = mine;
    running = mine.catch(() => undefined);
    return mine;
  };
}
