import type { Range } from "./char-set.ts";

/** Letters that no letter's upper or lower case leads to, although they are the same letter in another case: the Kelvin sign, long s. */
const UNREACHED = [
  0xb5, 0x17f, 0x345, 0x3c2, 0x3d0, 0x3d1, 0x3d5, 0x3d6, 0x3f0, 0x3f1, 0x3f4, 0x3f5, 0x1e9b, 0x1e9e, 0x1fbe,
  0x2126, 0x212a, 0x212b,
];

/** A character in each case that it has. */
export function foldsOf(point: number): number[] {
  const [lower, upper] = [lowerOf(point), upperOf(point)];
  const same = UNREACHED.filter((other) => lowerOf(other) === lower || upperOf(other) === upper);
  return [...new Set([point, lower, upper, lowerOf(upper), upperOf(lower), ...same])];
}

/** The ranges with each of their characters in each case. */
export function foldRanges(ranges: readonly Range[]): Range[] {
  const folded: Range[] = [...ranges];
  for (const [first, last] of ranges) {
    for (let point = first; point <= last; point += 1) {
      for (const other of foldsOf(point)) if (other < first || other > last) folded.push([other, other]);
    }
  }
  return folded;
}

/** Characters that become several stay as they are. */
function single(text: string, otherwise: number): number {
  const point = text.codePointAt(0);
  return point === undefined || String.fromCodePoint(point) !== text ? otherwise : point;
}

function lowerOf(point: number): number {
  return single(String.fromCodePoint(point).toLowerCase(), point);
}

function upperOf(point: number): number {
  return single(String.fromCodePoint(point).toUpperCase(), point);
}
