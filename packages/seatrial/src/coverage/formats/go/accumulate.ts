import type { Reading } from "./entries.ts";
import { type CoverMode, FULL } from "./program.ts";

/** Adds what a file counted to `counters`, as the mode has it. */
export function accumulate(counters: Uint32Array, reading: Reading, mode: CoverMode): void {
  const { values, places, functions } = reading;
  const isSet = mode === "set";
  let from = 0;
  for (let index = 0; index < functions; index += 1) {
    const first = places[index * 2] ?? 0;
    const stop = first + (places[index * 2 + 1] ?? 0);
    for (let unit = first; unit < stop; unit += 1) {
      const more = values[from++] ?? 0;
      if (more === 0) continue;
      const sum = (counters[unit] ?? 0) + more;
      counters[unit] = isSet ? 1 : sum > FULL ? FULL : sum;
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
