import { type Cursor, malformed, need, readUint32, readUint64 } from "./cursor.ts";
import { type Reading, readRawEntries, readUlebEntries } from "./entries.ts";
import type { GoProgram } from "./program.ts";

export const COUNTERS_MAGIC = "\0cwm";
export const COUNTERS_HEADER = 32;
export const FOOTER = 16;
export const FLAVOR_ULEB = 2;
export const FLAVOR_RAW = 1;
const VERSION = 1;

/** The hash of the meta data that a `covcounters` file belongs to, in hexadecimal digits. */
export function readCountersHash(file: string, bytes: Buffer): string {
  need({ file, bytes, at: 0, end: bytes.length }, COUNTERS_HEADER, "the header");
  if (!hasMark(bytes, 0)) throw malformed(file, 0, "it has not the mark of counters");
  const version = bytes.readUInt32LE(4);
  if (version !== VERSION)
    throw malformed(file, 4, `its version is ${version}, and only ${VERSION} is known`);
  return bytes.toString("hex", 8, 24);
}

export interface CountersFile {
  file: string;
  bytes: Buffer;
  program: GoProgram;
}

/**
 * Reads a `covcounters` file of `program`, whose header was looked at already, into `reading`, and makes that larger where it must be:
 * to a few times the size of the file, whatever its numbers say.
 */
export function readCounters({ file, bytes, program }: CountersFile, reading: Reading): void {
  const cursor: Cursor = { file, bytes, at: COUNTERS_HEADER, end: bytes.length };
  const [flavor, order] = [bytes[24], bytes[25]];
  if (flavor !== FLAVOR_ULEB && flavor !== FLAVOR_RAW)
    throw malformed(file, 24, `its counters are written in a way that is not known, ${flavor}`);
  // A counter takes a byte at least, and what else a function takes is three more.
  if (reading.values.length < bytes.length) {
    reading.values = new Uint32Array(bytes.length);
    reading.places = new Uint32Array(bytes.length);
  }
  Object.assign(reading, { functions: 0, strangers: 0, length: 0 });
  const segments = segmentsOf(cursor);
  for (let segment = 1; segment <= segments; segment += 1) {
    const count = skipPreamble(cursor);
    if (flavor === FLAVOR_ULEB) readUlebEntries(cursor, { count, program, reading });
    else readRawEntries(cursor, { count, program, reading, isBigEndian: order !== 0 });
    readFooter(cursor, segment);
  }
  if (cursor.at !== cursor.end) throw malformed(file, cursor.at, "something follows its last segment");
}

function hasMark(bytes: Buffer, at: number): boolean {
  return bytes.toString("latin1", at, at + 4) === COUNTERS_MAGIC;
}

/** How many segments there are, says the end of the file: it lacks when the file was cut off. */
export function segmentsOf({ file, bytes, end }: Cursor): number {
  const at = Math.max(end - FOOTER, 0);
  if (at < COUNTERS_HEADER || !hasMark(bytes, at))
    throw malformed(file, at, "it has not the mark of its end");
  const segments = bytes.readUInt32LE(at + 8);
  if (segments === 0) throw malformed(file, at + 8, "it has no segment");
  return segments;
}

/** Goes past the names and arguments of a segment, to its functions; returns how many those are. */
function skipPreamble(cursor: Cursor): number {
  const { strings, args, count } = readSegment(cursor);
  cursor.at += strings + args;
  return count;
}

/** The sizes that a segment begins with. */
export function readSegment(cursor: Cursor): { count: number; strings: number; args: number } {
  const count = readUint64(cursor, "the number of functions");
  const strings = readUint32(cursor, "the length of the strings");
  const args = readUint32(cursor, "the length of the arguments");
  need(cursor, strings + args + FOOTER, "a segment");
  return { count, strings, args };
}

/** Goes past the end of a segment. */
export function readFooter(cursor: Cursor, segment: number): void {
  need(cursor, FOOTER, "the end of a segment");
  const { file, bytes, at } = cursor;
  if (!hasMark(bytes, at)) throw malformed(file, at, "a segment has not the mark of its end");
  if (bytes.readUInt32LE(at + 8) !== segment)
    throw malformed(file, at + 8, `segment ${segment} has another number`);
  cursor.at += FOOTER;
}
