/** Does work for each item, so many at a time, in order. After a failure nothing new begins; fails with the first one when all have ended. */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const next = async () => {
    for (let item = queue.next(); item.done !== true && failures.length === 0; item = queue.next()) {
      await work(item.value).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, next));
  if (failures.length > 0) throw failures[0];
}
