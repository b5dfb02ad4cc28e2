/** Two hashes of a path's beginning, which grow with it byte by byte. */
interface PathHash {
  a: number;
  b: number;
}

/**
 * A set of paths in 16 bytes each: millions of them fit. It keeps hashes of 64 bits, so that two paths in a million million million
 * are taken for one.
 */
export interface PathSet {
  readonly size: number;
  add(path: string): void;
  has(path: string): boolean;
  /** Whether a folder above the path is in the set. */
  hasAbove(path: string): boolean;
}

const SLASH = 0x2f;

export function createPathSet(): PathSet {
  let capacity = 1 << 10;
  let table = new Uint32Array(2 * capacity);
  let size = 0;

  /** The place of a hash, or the free place where it belongs. */
  function placeOf(within: Uint32Array, { a, b }: PathHash): number {
    const mask = within.length / 2 - 1;
    let place = a & mask;
    while (within[2 * place] !== 0 && (within[2 * place] !== a || within[2 * place + 1] !== b))
      place = (place + 1) & mask;
    return place;
  }

  function grow(): void {
    capacity *= 2;
    const larger = new Uint32Array(2 * capacity);
    for (let at = 0; at < table.length; at += 2) {
      const hash = { a: table[at] ?? 0, b: table[at + 1] ?? 0 };
      if (hash.a === 0) continue;
      const place = placeOf(larger, hash);
      larger[2 * place] = hash.a;
      larger[2 * place + 1] = hash.b;
    }
    table = larger;
  }

  const isThere = (hash: PathHash) => table[2 * placeOf(table, hash)] !== 0;

  return {
    get size() {
      return size;
    },
    add(path) {
      if (size * 2 >= capacity) grow();
      const hash = finished(hashOf(path, path.length));
      const place = placeOf(table, hash);
      if (table[2 * place] !== 0) return;
      table[2 * place] = hash.a;
      table[2 * place + 1] = hash.b;
      size += 1;
    },
    has: (path) => size > 0 && isThere(finished(hashOf(path, path.length))),
    hasAbove(path) {
      if (size === 0) return false;
      const hash: PathHash = { a: OFFSET_A, b: OFFSET_B };
      for (let at = 0; at < path.length; at += 1) {
        const code = path.charCodeAt(at);
        // The root is above everything.
        if (code === SLASH && isThere(finished(at === 0 ? hashOf("/", 1) : hash))) return path.length > 1;
        extend(hash, code);
      }
      return false;
    },
  };
}

const OFFSET_A = 0x811c9dc5;
const OFFSET_B = 0x9e3779b9;

function hashOf(path: string, length: number): PathHash {
  const hash: PathHash = { a: OFFSET_A, b: OFFSET_B };
  for (let at = 0; at < length; at += 1) extend(hash, path.charCodeAt(at));
  return hash;
}

/** FNV-1a twice, with different primes. */
function extend(hash: PathHash, code: number): void {
  hash.a = Math.imul(hash.a ^ code, 0x01000193);
  hash.b = Math.imul(hash.b ^ code, 0x85ebca6b) ^ (hash.b >>> 15);
}

/** As the table has them: unsigned, and never the mark of a free place. */
function finished({ a, b }: PathHash): PathHash {
  return { a: (a ^ (a >>> 16)) >>> 0 || 1, b: b >>> 0 };
}
