import {
  COUNTERS_HEADER,
  FLAVOR_RAW,
  FLAVOR_ULEB,
  readCountersHash,
  readFooter,
  readSegment,
  segmentsOf,
} from "./counters.ts";
import { type Cursor, malformed, need, readUleb } from "./cursor.ts";

/** Where the strings of a segment lie, and the pairs of numbers that make arguments of them. */
export interface SegmentTables {
  strings: Cursor;
  args: Cursor;
}

/** The tables of all segments of a `covcounters` file, whatever program it is of. Fails where any of it is not as Go writes it. */
export function segmentTables(file: string, bytes: Buffer): SegmentTables[] {
  readCountersHash(file, bytes);
  const flavor = bytes[24];
  if (flavor !== FLAVOR_ULEB && flavor !== FLAVOR_RAW)
    throw malformed(file, 24, `its counters are written in a way that is not known, ${flavor}`);
  const isBigEndian = bytes[25] !== 0;
  const cursor: Cursor = { file, bytes, at: COUNTERS_HEADER, end: bytes.length };
  const segments = segmentsOf(cursor);
  const tables: SegmentTables[] = [];
  for (let segment = 1; segment <= segments; segment += 1) {
    const { count, strings, args } = readSegment(cursor);
    const middle = cursor.at + strings;
    tables.push({
      strings: { ...cursor, end: middle },
      args: { ...cursor, at: middle, end: middle + args },
    });
    cursor.at = middle + args;
    if (flavor === FLAVOR_ULEB) skipUleb(cursor, count);
    else skipRaw(cursor, { count, isBigEndian });
    readFooter(cursor, segment);
  }
  if (cursor.at !== cursor.end) throw malformed(file, cursor.at, "something follows its last segment");
  return tables;
}

/** Each function has the number of its counters, two numbers that name it, and the counters. */
function skipUleb(cursor: Cursor, count: number): void {
  need(cursor, count * 3, "the list of functions");
  for (let entry = 0; entry < count; entry += 1) {
    const size = readUleb(cursor, "a number of counters");
    need(cursor, size + 2, "a function");
    for (let left = size + 2; left > 0; left -= 1) readUleb(cursor, "a counter");
  }
}

function skipRaw(cursor: Cursor, { count, isBigEndian }: { count: number; isBigEndian: boolean }): void {
  const { bytes } = cursor;
  need(cursor, count * 12, "the list of functions");
  for (let entry = 0; entry < count; entry += 1) {
    need(cursor, 12, "a function");
    const size = isBigEndian ? bytes.readUInt32BE(cursor.at) : bytes.readUInt32LE(cursor.at);
    need(cursor, 12 + size * 4, "a function's counters");
    cursor.at += 12 + size * 4;
  }
}
