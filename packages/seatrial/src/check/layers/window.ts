/** The part of a stream that is looked at, in one piece of memory that is used again and again. */
export interface Window {
  add(chunk: Uint8Array): void;
  /** What is there. `from` is where new bytes begin: one before them is kept, to look back. `base` is the place of the first in the stream. */
  known(): { bytes: Buffer; from: number; base: number };
  /** Forgets what lies before. */
  dropUntil(to: number): void;
}

export function createWindow(): Window {
  let memory: Buffer = Buffer.allocUnsafe(1 << 17);
  let length = 0;
  let from = 0;
  let base = 0;
  return {
    add(chunk) {
      if (length + chunk.length > memory.length) {
        const larger = Buffer.allocUnsafe(Math.max(memory.length * 2, length + chunk.length));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      memory.set(chunk, length);
      length += chunk.length;
    },
    known: () => ({ bytes: memory.subarray(0, length), from, base }),
    dropUntil(to) {
      const dropped = Math.max(0, to - 1);
      memory.copyWithin(0, dropped, length);
      length -= dropped;
      base += dropped;
      from = to - dropped;
    },
  };
}
