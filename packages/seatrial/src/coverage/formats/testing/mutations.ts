/** Numbers from 0 to 1, the same ones for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NUMBERS = [
  "0",
  "-1",
  "1e999",
  "999999999",
  "4294967295",
  "9007199254740993",
  "1".repeat(400),
  "0.5",
  "NaN",
];
const PIECES = [
  "__proto__",
  "constructor",
  "null",
  "[[[[[[",
  "{",
  "<a>",
  "&x;",
  "\0",
  "\r\n",
  '"',
  "é😀",
  "end_of_record\n",
];

/** Breaks a report the way that disks, networks and other tools do. */
export function mutate(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const length = Math.floor(random() ** 3 * text.length);
  const pick = (all: readonly string[]) => all[Math.floor(random() * all.length)] ?? "";
  const before = text.slice(0, at);
  const rest = text.slice(at);
  const ways: (() => string)[] = [
    () => before,
    () => rest,
    () => before + text.slice(at + length),
    () => before + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1),
    () => before + pick(PIECES) + rest,
    () => before + rest.replace(/\d+/, pick(NUMBERS)),
    () => before + rest.replaceAll(/\d+/g, (digits) => (random() < 0.05 ? pick(NUMBERS) : digits)),
    () => before + text.slice(at, at + length).repeat(3) + rest,
    () => before + text.slice(Math.floor(random() * text.length)),
  ];
  const way = ways[Math.floor(random() * ways.length)];
  return way === undefined ? text : way();
}
