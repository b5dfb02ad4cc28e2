/** No source file has more; a larger number is a broken report, and would make whoever makes room for lines run out of memory. */
export const MOST_LINES = 10_000_000;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Hits as every reader counts them: whole, never below zero, full at 2^53 - 1. Undefined for what is no number. */
export function hitsOf(value: unknown): number | undefined {
  const number = typeof value === "string" ? (NUMBER.test(value) ? Number(value) : Number.NaN) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(0, Math.floor(number)), Number.MAX_SAFE_INTEGER);
}

/** A line's number, from 0: tools write 0 for what has no line. Undefined for what is none. */
export function lineOf(value: unknown): number | undefined {
  const line = typeof value === "string" ? (/^\d{1,9}$/.test(value) ? Number(value) : undefined) : value;
  return typeof line === "number" && Number.isInteger(line) && line >= 0 && line <= MOST_LINES
    ? line
    : undefined;
}

/** Counters that are full stay full. */
export function addHits(one: number, other: number): number {
  return Math.min(one + other, Number.MAX_SAFE_INTEGER);
}
