/** Calls `make` at the first use and gives everyone the same promise. `made` is undefined until then. */
export function lazy<A extends unknown[], T>(
  make: (...args: A) => Promise<T>,
): { get(...args: A): Promise<T>; readonly made: Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return {
    get(...args) {
      made ??= make(...args);
      return made;
    },
    get made() {
      return made;
    },
  };
}
