/** Bytes put one after the other, little end first. */
export interface Bytes {
  readonly length: number;
  uint32(value: number): void;
  uint64(value: number): void;
  /** Unsigned LEB128. */
  uleb(value: number): void;
  raw(bytes: Uint8Array): void;
  done(): Buffer;
}

export function createBytes(): Bytes {
  let space = Buffer.alloc(1024);
  let length = 0;
  const room = (count: number) => {
    if (length + count <= space.length) return;
    const larger = Buffer.alloc(Math.max(length + count, space.length * 2));
    space.copy(larger, 0, 0, length);
    space = larger;
  };
  const uint32 = (value: number) => {
    room(4);
    length = space.writeUInt32LE(value, length);
  };
  return {
    get length() {
      return length;
    },
    uint32,
    uint64(value) {
      uint32(value % 2 ** 32);
      uint32(Math.floor(value / 2 ** 32));
    },
    uleb(value) {
      room(5);
      let rest = value;
      for (; rest > 0x7f; rest = Math.floor(rest / 128)) space[length++] = (rest % 128) | 0x80;
      space[length++] = rest;
    },
    raw(bytes) {
      room(bytes.length);
      space.set(bytes, length);
      length += bytes.length;
    },
    done: () => space.subarray(0, length),
  };
}

/** Strings by number, each once; number 0 is the empty one, as Go has it. */
export interface StringTable {
  indexOf(text: string): number;
  readonly size: number;
  /** How many, then each with its length before it. */
  encode(): Buffer;
}

export function createStringTable(): StringTable {
  const indexes = new Map([["", 0]]);
  return {
    indexOf(text) {
      const index = indexes.get(text) ?? indexes.size;
      indexes.set(text, index);
      return index;
    },
    get size() {
      return indexes.size;
    },
    encode() {
      const bytes = createBytes();
      bytes.uleb(indexes.size);
      for (const text of indexes.keys()) {
        const encoded = Buffer.from(text);
        bytes.uleb(encoded.length);
        bytes.raw(encoded);
      }
      return bytes.done();
    },
  };
}
