import { type Cursor, need, readUlebs } from "./cursor.ts";
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

/** Reads `count` functions with their counters, all in LEB128. */
export function readUlebEntries(cursor: Cursor, { count, program, reading }: Entries): void {
  need(cursor, count * 3, "the list of functions");
  const { values } = reading;
  for (let entry = 0; entry < count; entry += 1) {
    const { length } = reading;
    readUlebs(cursor, { into: values, from: length, to: length + 3 });
    const size = values[length] ?? 0;
    const known = program.packages[values[length + 1] ?? 0]?.functions[values[length + 2] ?? 0];
    readUlebs(cursor, { into: values, from: length, to: length + size });
    take(reading, { size, known });
  }
}

/** The same with four bytes for every number, as no program of today writes them. */
export function readRawEntries(
  cursor: Cursor,
  { count, program, reading, isBigEndian }: Entries & { isBigEndian: boolean },
): void {
  need(cursor, count * 12, "the list of functions");
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
    need(cursor, size * 4, "a function's counters");
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
