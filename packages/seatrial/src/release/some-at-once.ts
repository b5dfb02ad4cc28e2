/** Does the work for all items, so many at once. The first failure ends it. */
export async function someAtOnce<T>(
  items: readonly T[],
  options: { most: number; work: (item: T) => Promise<void> },
): Promise<void> {
  const left = [...items];
  let over = false;
  const worker = async () => {
    for (let item = left.shift(); item !== undefined && !over; item = left.shift()) await options.work(item);
  };
  const workers = Array.from({ length: Math.min(options.most, items.length) }, worker);
  try {
    await Promise.all(workers);
  } finally {
    over = true;
    // None may be left behind that still talks to the registry.
    await Promise.allSettled(workers);
  }
}
