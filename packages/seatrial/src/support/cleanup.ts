/** Things to undo, in reverse order. Each runs, whatever the others do; every error is kept. */
export interface Cleanup extends AsyncDisposable {
  add(undo: () => Promise<void> | void): void;
}

/** An empty list of things to undo. */
export function createCleanup(): Cleanup {
  const undos: (() => Promise<void> | void)[] = [];
  return {
    add: (undo) => void undos.push(undo),
    async [Symbol.asyncDispose]() {
      const errors: unknown[] = [];
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
        try {
          await undo();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors, "several clean-up steps failed");
    },
  };
}
