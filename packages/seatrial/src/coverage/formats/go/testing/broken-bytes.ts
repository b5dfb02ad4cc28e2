/** A source of chance that says the same for the same seed (mulberry32): whole numbers below `limit`. */
export function createChance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** The bytes cut off at every place. */
export function* cuts(bytes: Buffer): Generator<Buffer> {
  for (let length = 0; length < bytes.length; length += 1) yield Buffer.from(bytes.subarray(0, length));
}

/** The bytes with one bit turned, each in its time. */
export function* flips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

const HUGE = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  // LEB128: 2^28 - 1, 2^32 - 1, 2^35 - 1, and one that does not end.
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
].map((bytes) => Buffer.from(bytes));

/** The bytes with a huge number at every place: over what is there, and between it. */
export function* hugeNumbers(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    for (const huge of HUGE) {
      const over = Buffer.from(bytes);
      huge.copy(over, at);
      yield over;
      yield Buffer.concat([bytes.subarray(0, at), huge, bytes.subarray(at + 1)]);
    }
  }
}

/** The bytes with some of them replaced, doubled, moved or lost by chance. */
export function* accidents(
  bytes: Buffer,
  { seed, count }: { seed: number; count: number },
): Generator<Buffer> {
  const chance = createChance(seed);
  for (let made = 0; made < count; made += 1) {
    let broken = Buffer.from(bytes);
    for (let more = chance(4); more >= 0; more -= 1) {
      const [at, length] = [chance(broken.length + 1), chance(40)];
      const piece = broken.subarray(at, at + length);
      const other = chance(broken.length + 1);
      const noise = Buffer.from(Array.from({ length: chance(12) }, () => chance(256)));
      const rest = Buffer.concat([broken.subarray(0, at), broken.subarray(at + length)]);
      broken =
        [
          () => rest,
          () => Buffer.concat([broken.subarray(0, at), noise, broken.subarray(at + noise.length)]),
          () => Buffer.concat([broken.subarray(0, other), piece, broken.subarray(other)]),
          () => Buffer.concat([broken, noise]),
        ][chance(4)]?.() ?? broken;
    }
    yield broken;
  }
}
