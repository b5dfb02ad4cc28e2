import type { Reading } from "./entries.ts";
import { type CoverMode, FULL } from "./program.ts";

/** Adds what a file counted to `counters`, as the mode has it. */
export function accumulate(counters: Uint32Array, reading: Reading, mode: CoverMode): void {
  const { values, places, functions } = reading;
  const isSet = mode === "set";
  let from = 0;
  for (let index = 0; index < functions; index += 1) {
    let unit = places[index * 2] as number;
    for (const stop = unit + (places[index * 2 + 1] as number); unit < stop; unit += 1) {
      // Not `?? 0`, which takes a third more time; places and values come from a reader that checked them.
      const before = counters[unit] as number;
      const more = values[from++] as number;
      // In 32 bits, which is faster as well: a sum that is too large comes out smaller.
      const sum = (before + more) >>> 0;
      counters[unit] = sum;
      if (sum < more) counters[unit] = FULL;
      if (isSet && (before | more) !== 0) counters[unit] = 1;
    }
  }
}

/** Adds counters of one program to others of it. */
export function accumulateAll(counters: Uint32Array, more: Uint32Array, mode: CoverMode): void {
  for (let unit = 0; unit < more.length; unit += 1) {
    const sum = (counters[unit] ?? 0) + (more[unit] ?? 0);
    counters[unit] = mode === "set" ? Math.min(sum, 1) : Math.min(sum, FULL);
  }
}
