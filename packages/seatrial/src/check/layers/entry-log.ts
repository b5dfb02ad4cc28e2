import type { EntryType, LayerEntry } from "./image-index.ts";

const TYPES: readonly EntryType[] = [
  "file",
  "directory",
  "symlink",
  "hardlink",
  "device",
  "fifo",
  "whiteout",
  "opaque",
];
/** Varints have at most 8 bytes, paths are bounded by the tar's own limit. */
const NUMBERS = 64;

/**
 * Entries of a layer in few bytes: each path as its difference to the one before. Some 25 bytes an entry, so that millions of them
 * fit, and the form in which the cache keeps them.
 */
export function createEntryLog(): {
  add(entry: LayerEntry): void;
  close(): { bytes: Buffer; count: number };
} {
  let buffer: Buffer = Buffer.allocUnsafe(1 << 16);
  let length = 0;
  let count = 0;
  let previous = Buffer.alloc(0);

  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }

  function number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      buffer[length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    buffer[length++] = rest;
  }

  return {
    add(entry) {
      const path = Buffer.from(entry.path);
      const link = Buffer.from(entry.link);
      const shared = sharedBytes(previous, path);
      reserve(NUMBERS + path.length - shared + link.length);
      buffer[length++] = TYPES.indexOf(entry.type);
      number(shared);
      number(path.length - shared);
      length += path.copy(buffer, length, shared);
      number(entry.size);
      number(entry.mode);
      number(entry.uid);
      number(entry.gid);
      number(link.length);
      length += link.copy(buffer, length);
      previous = path;
      count += 1;
    },
    close: () => ({ bytes: Buffer.from(buffer.subarray(0, length)), count }),
  };
}

/** The entries that a log was given, in their order. */
export function* readEntryLog(bytes: Buffer): Generator<LayerEntry, void> {
  let at = 0;
  let path = Buffer.alloc(0);

  function number(): number {
    let value = 0;
    let scale = 1;
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value;
  }

  while (at < bytes.length) {
    const type = TYPES[bytes[at++] ?? 0] ?? "file";
    const shared = number();
    const own = number();
    path = Buffer.concat([path.subarray(0, shared), bytes.subarray(at, at + own)]);
    at += own;
    const size = number();
    const mode = number();
    const uid = number();
    const gid = number();
    const linkLength = number();
    const link = linkLength === 0 ? "" : bytes.toString("utf8", at, at + linkLength);
    at += linkLength;
    yield { path: path.toString(), type, size, mode, uid, gid, link };
  }
}

function sharedBytes(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared += 1;
  return shared;
}
