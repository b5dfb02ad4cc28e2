const AT_A_TIME = 8;

/** Does something with each, several at a time. Fails with the first failure, when what had begun is over. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (const item of rest) {
      if (failure !== undefined) return;
      await work(item).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (failure !== undefined) throw failure.error;
}
