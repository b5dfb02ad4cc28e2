/** From and to, both included. */
export type Range = readonly [number, number];

/** A part of a set: a range, or a property that only JavaScript's own engine knows, `\\p{Lu}`. */
export type SetPart = Range | string;

/** The last character that there is. */
export const LAST_POINT = 0x10ffff;

const DIGIT: Range = [0x30, 0x39];
const UPPER: Range = [0x41, 0x5a];
const LOWER: Range = [0x61, 0x7a];
const WORD: Range[] = [DIGIT, UPPER, [0x5f, 0x5f], LOWER];

/** What `\d`, `\s` and `\w` stand for. In Go, space has no vertical tab, and all three are ASCII. */
export const PERL_SETS: Record<string, readonly Range[]> = {
  d: [DIGIT],
  s: [
    [0x09, 0x0a],
    [0x0c, 0x0d],
    [0x20, 0x20],
  ],
  w: WORD,
};

/** What `[:alpha:]` and its like stand for: ASCII, whatever the language of the system. */
export const POSIX_SETS: Record<string, readonly Range[]> = {
  alnum: [DIGIT, UPPER, LOWER],
  alpha: [UPPER, LOWER],
  ascii: [[0, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: [DIGIT],
  graph: [[0x21, 0x7e]],
  lower: [LOWER],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper: [UPPER],
  word: WORD,
  xdigit: [DIGIT, [0x41, 0x46], [0x61, 0x66]],
};

/** All that is in none of the ranges. */
export function complement(ranges: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let from = 0;
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (first > from) rest.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= LAST_POINT) rest.push([from, LAST_POINT]);
  return rest;
}

/** The set in JavaScript's syntax. */
export function printSet(parts: readonly SetPart[], options: { negated?: boolean } = {}): string {
  return `[${options.negated === true ? "^" : ""}${parts.map(printPart).join("")}]`;
}

function printPart(part: SetPart): string {
  if (typeof part === "string") return part;
  const [first, last] = part;
  return first === last ? hex(first) : `${hex(first)}-${hex(last)}`;
}

function hex(point: number): string {
  return `\\u{${point.toString(16)}}`;
}
