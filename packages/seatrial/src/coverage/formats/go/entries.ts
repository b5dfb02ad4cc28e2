import { type Cursor, malformed, need, readUleb } from "./cursor.ts";
import type { GoFunction, GoProgram } from "./program.ts";

/** What one file counted, kept apart until all of it has turned out to be sound. Made once, filled again and again. */
export interface Reading {
  /** Counters in the order of the file. */
  values: Uint32Array;
  length: number;
  /** Of each function in that order: its first unit, and how many it has. */
  places: Uint32Array;
  functions: number;
  /** Functions that the program does not have, or not with as many counters. They are left out. */
  strangers: number;
}

export function createReading(): Reading {
  return { values: new Uint32Array(0), length: 0, places: new Uint32Array(0), functions: 0, strangers: 0 };
}

interface Entries {
  count: number;
  program: GoProgram;
  reading: Reading;
}

/** Reads `count` functions with their counters, all in LEB128. Nearly all the time of a merge goes by here. */
export function readUlebEntries(cursor: Cursor, { count, program, reading }: Entries): void {
  need(cursor, count * 3, `a list of ${count} functions`);
  const { bytes, end, file } = cursor;
  const { values } = reading;
  for (let entry = 0; entry < count; entry += 1) {
    const size = readUleb(cursor, "a number of counters");
    const packageIndex = readUleb(cursor, "the number of a package");
    const functionIndex = readUleb(cursor, "the number of a function");
    need(cursor, size, `a function of ${size} counters`);
    let { length } = reading;
    let { at } = cursor;
    for (const stop = length + size; length < stop; length += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < 0x80) {
        values[length] = byte;
        at += 1;
      } else {
        cursor.at = at;
        values[length] = readUleb(cursor, "a counter");
        at = cursor.at;
      }
    }
    if (at > end) throw malformed(file, end, "counters go on past the end");
    cursor.at = at;
    take(reading, { size, known: program.packages[packageIndex]?.functions[functionIndex] });
  }
}

/** The same with four bytes for every number, as no program of today writes them. */
export function readRawEntries(
  cursor: Cursor,
  { count, program, reading, isBigEndian }: Entries & { isBigEndian: boolean },
): void {
  need(cursor, count * 12, `a list of ${count} functions`);
  const { bytes } = cursor;
  const read = (what: string) => {
    need(cursor, 4, what);
    cursor.at += 4;
    return isBigEndian ? bytes.readUInt32BE(cursor.at - 4) : bytes.readUInt32LE(cursor.at - 4);
  };
  for (let entry = 0; entry < count; entry += 1) {
    const size = read("a number of counters");
    const packageIndex = read("the number of a package");
    const functionIndex = read("the number of a function");
    need(cursor, size * 4, `a function of ${size} counters`);
    for (let index = 0; index < size; index += 1) reading.values[reading.length + index] = read("a counter");
    take(reading, { size, known: program.packages[packageIndex]?.functions[functionIndex] });
  }
}

/** Counts the values just read in, if the program has such a function. */
function take(reading: Reading, { size, known }: { size: number; known: GoFunction | undefined }): void {
  if (known === undefined || known.unitCount !== size) {
    reading.strangers += 1;
    return;
  }
  reading.places[reading.functions * 2] = known.firstUnit;
  reading.places[reading.functions * 2 + 1] = size;
  reading.functions += 1;
  reading.length += size;
}
