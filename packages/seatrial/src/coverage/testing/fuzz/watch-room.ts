/** What Node itself takes to read any file. */
const ALWAYS_ALLOWED = 1024 * 1024;
const TIMES_THE_INPUT = 16;

const WATCHED = [
  "ArrayBuffer",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int32Array",
  "Float64Array",
  "BigUint64Array",
  "Array",
] as const;

/**
 * Lets nobody in this process make room for more than a few times an input by a number: such room lies outside of the heap that Node
 * bounds, and the system only gives it when it is written to. Gives what takes the size of the next input.
 */
export function watchRoom(): (bytes: number) => void {
  let most = ALWAYS_ALLOWED;
  const check = (size: unknown) => {
    if (typeof size === "number" && size > most) throw new RangeError(`room for ${size} is made, of ${most}`);
  };
  const all = globalThis as unknown as Record<string, unknown>;
  for (const name of WATCHED) {
    const plain = all[name] as new (...args: unknown[]) => object;
    all[name] = new Proxy(plain, {
      construct(target, args, asked) {
        if (args.length === 1) check(args[0]);
        return Reflect.construct(target, args, asked);
      },
    });
  }
  for (const name of ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const) {
    const plain = Buffer[name] as (size: number, ...more: never[]) => Buffer<ArrayBuffer>;
    Buffer[name] = (size: number, ...more: unknown[]) => {
      check(size);
      return plain(size, ...(more as never[]));
    };
  }
  return (bytes) => {
    most = ALWAYS_ALLOWED + TIMES_THE_INPUT * bytes;
  };
}
