import type { ToolError } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";

/** A place in the bytes of a file, and where to stop. */
export interface Cursor {
  file: string;
  bytes: Buffer;
  at: number;
  end: number;
}

/** The error of a file that is not of Go's format, `offset` bytes from its start. */
export function malformed(file: string, offset: number, reason: string): ToolError {
  return coverageError({
    code: "COVERAGE_PROFILE_INVALID",
    message: `${file} is no whole Go profile: ${reason}, at byte ${offset}`,
    hint: "It may have been cut off on its way: take it again from where it was written.",
  });
}

/** Fails unless `size` more bytes are there. */
export function need(cursor: Cursor, size: number, what: string): void {
  const left = Math.max(cursor.end - cursor.at, 0);
  if (size <= left) return;
  throw malformed(cursor.file, cursor.at, `${what} takes ${size} bytes and ${left} are left`);
}

export function readUint32(cursor: Cursor, what: string): number {
  need(cursor, 4, what);
  const value = cursor.bytes.readUInt32LE(cursor.at);
  cursor.at += 4;
  return value;
}

/** A length or count of 64 bits; no real one needs more than 32. */
export function readUint64(cursor: Cursor, what: string): number {
  const low = readUint32(cursor, what);
  const high = readUint32(cursor, what);
  if (high !== 0) throw malformed(cursor.file, cursor.at - 8, `${what} is over 4 GiB`);
  return low;
}

/** An unsigned LEB128 number of at most 32 bits. */
export function readUleb(cursor: Cursor, what: string): number {
  const { bytes, end } = cursor;
  let value = 0;
  // By multiplication: shifts would lose the 32nd bit.
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    if (cursor.at >= end) throw malformed(cursor.file, cursor.at, `${what} goes on past the end`);
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte >= 0x80) continue;
    if (value <= 0xffffffff) return value;
    break;
  }
  throw malformed(cursor.file, cursor.at - 1, `${what} has more than 32 bits`);
}

/**
 * Unsigned LEB128 numbers of at most 32 bits, one after the other. Nearly all the time of a merge goes by here: most numbers have one
 * byte, and nearly all others two.
 */
export function readUlebs(
  cursor: Cursor,
  { into, from, to }: { into: Uint32Array; from: number; to: number },
): void {
  need(cursor, to - from, "a list of numbers");
  const { bytes, end } = cursor;
  let { at } = cursor;
  for (let index = from; index < to; index += 1) {
    const low = bytes[at] ?? 0;
    if (low < 0x80) {
      into[index] = low;
      at += 1;
      continue;
    }
    const high = bytes[at + 1] ?? 0;
    if (high < 0x80) {
      into[index] = (low & 0x7f) | (high << 7);
      at += 2;
      continue;
    }
    cursor.at = at;
    into[index] = readUleb(cursor, "a number");
    at = cursor.at;
  }
  if (at > end) throw malformed(cursor.file, end, "a list of numbers goes on past the end");
  cursor.at = at;
}

/** A table of strings: how many, then each with its length before it. */
export function readStrings(cursor: Cursor): string[] {
  const count = readUleb(cursor, "the number of strings");
  need(cursor, count, `a table of ${count} strings`);
  const strings: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = readUleb(cursor, "the length of a string");
    need(cursor, length, "a string");
    strings.push(cursor.bytes.toString("utf8", cursor.at, cursor.at + length));
    cursor.at += length;
  }
  return strings;
}
