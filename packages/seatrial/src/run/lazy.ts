/** Calls `make` at the first use and gives everyone the same promise. `made` is undefined until then. */
export function lazy<T>(make: () => Promise<T>): {
  get(): Promise<T>;
  readonly made: Promise<T> | undefined;
} {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make();
      return made;
    },
    get made() {
      return made;
    },
  };
}
