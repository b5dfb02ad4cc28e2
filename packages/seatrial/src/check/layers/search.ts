/** Finds many byte strings in one pass: how long that takes hardly depends on how many they are. */
export interface Search {
  /** Bytes of the longest one. */
  longest: number;
  /** Calls back for each occurrence that begins in `[from, to)` and lies in the window as a whole, in order. */
  find(
    window: Buffer,
    range: { from: number; to: number },
    onHit: (needle: number, at: number) => void,
  ): void;
}

/** The tables of shifts have bytes. */
const LONGEST_SHIFT = 250;

/**
 * Wu and Manber's way: one byte, then two, say how far the next candidate is away at least, so that most bytes are never looked at.
 * Needles have at least 2 bytes.
 */
export function createSearch(needles: readonly Buffer[]): Search {
  const shortest = Math.min(LONGEST_SHIFT, ...needles.map((needle) => needle.length));
  if (needles.length === 0 || shortest < 2) return { longest: 0, find: () => undefined };
  const afterByte = new Uint8Array(1 << 8).fill(shortest);
  const afterPair = new Uint8Array(1 << 16).fill(shortest - 1);
  const ending = new Map<number, number[]>();
  needles.forEach((needle, index) => {
    for (let end = 0; end < shortest; end += 1) {
      const byte = needle[end] ?? 0;
      afterByte[byte] = Math.min(afterByte[byte] ?? 0, shortest - 1 - end);
      if (end === 0) continue;
      const pair = ((needle[end - 1] ?? 0) << 8) | byte;
      afterPair[pair] = Math.min(afterPair[pair] ?? 0, shortest - 1 - end);
      if (end === shortest - 1) ending.set(pair, [...(ending.get(pair) ?? []), index]);
    }
  });

  return {
    longest: Math.max(...needles.map((needle) => needle.length)),
    find(window, range, onHit) {
      const last = Math.min(range.to - 1, window.length - shortest) + shortest - 1;
      let end = range.from + shortest - 1;
      while (end <= last) {
        const byte = window[end] ?? 0;
        const far = afterByte[byte] ?? 1;
        if (far > 0) {
          end += far;
          continue;
        }
        const pair = ((window[end - 1] ?? 0) << 8) | byte;
        const near = afterPair[pair] ?? 1;
        if (near > 0) {
          end += near;
          continue;
        }
        const at = end - shortest + 1;
        for (const index of ending.get(pair) ?? []) {
          const needle = needles[index];
          if (needle !== undefined && startsAt(window, needle, at)) onHit(index, at);
        }
        end += 1;
      }
    },
  };
}

function startsAt(window: Buffer, needle: Buffer, at: number): boolean {
  if (at + needle.length > window.length) return false;
  for (let index = 0; index < needle.length; index += 1) {
    if (window[at + index] !== needle[index]) return false;
  }
  return true;
}
