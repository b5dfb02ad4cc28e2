/** Numbers of 32 bits whose count is not known beforehand. */
export interface Growing {
  /** Where they are now; others when it has grown. */
  readonly array: Uint32Array;
  readonly length: number;
  push(numbers: Uint32Array): void;
  /** Adds so many zeros. */
  extend(count: number): void;
  /** Whether these numbers stand at `index`. */
  has(numbers: Uint32Array, index: number): boolean;
  /** A copy with nothing to spare. */
  values(): Uint32Array;
}

export function createGrowing(): Growing {
  let array = new Uint32Array(1024);
  let length = 0;
  const room = (count: number) => {
    if (length + count <= array.length) return;
    const larger = new Uint32Array(Math.max(length + count, array.length * 2));
    larger.set(array);
    array = larger;
  };
  return {
    get array() {
      return array;
    },
    get length() {
      return length;
    },
    push(numbers) {
      room(numbers.length);
      array.set(numbers, length);
      length += numbers.length;
    },
    extend(count) {
      room(count);
      length += count;
    },
    has(numbers, index) {
      if (index + numbers.length > length) return false;
      for (let offset = 0; offset < numbers.length; offset += 1)
        if (array[index + offset] !== numbers[offset]) return false;
      return true;
    },
    values: () => array.slice(0, length),
  };
}
