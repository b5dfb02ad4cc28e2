import { mostLinesOf } from "../../line-budget.ts";
import { type Cursor, malformed, need, readStrings, readUint64, readUleb, readUlebs } from "./cursor.ts";
import { COVER_MODES, type GoFunction, type GoPackage, type GoProgram, UNIT_SIZE } from "./program.ts";

export const META_MAGIC = "\0cvm";
export const META_HEADER = 56;
export const PACKAGE_HEADER = 44;
const VERSION = 1;
/** A function of no units: its four numbers, and its place in the table. */
const SMALLEST_FUNCTION = 8;

/** The hash by which counters name their meta data, in hexadecimal digits. `bytes` are the file's first ones. */
export function readMetaHash(file: string, bytes: Buffer): string {
  const cursor: Cursor = { file, bytes, at: 0, end: bytes.length };
  need(cursor, META_HEADER, "the header");
  if (bytes.toString("latin1", 0, 4) !== META_MAGIC)
    throw malformed(file, 0, "it has not the mark of meta data");
  const version = bytes.readUInt32LE(4);
  if (version !== VERSION)
    throw malformed(file, 4, `its version is ${version}, and only ${VERSION} is known`);
  return bytes.toString("hex", 24, 40);
}

/** Reads a `covmeta` file. What it allocates is at most a few times the size of the file, whatever its numbers say. */
export function parseMeta(file: string, bytes: Buffer): GoProgram {
  readMetaHash(file, bytes);
  const cursor: Cursor = { file, bytes, at: 8, end: bytes.length };
  const total = readUint64(cursor, "the length of the file");
  if (total !== bytes.length)
    throw malformed(file, 8, `it should have ${total} bytes and has ${bytes.length}`);
  const count = readUint64(cursor, "the number of packages");
  const mode = COVER_MODES[(bytes[48] ?? 0) - 1];
  if (mode === undefined) throw malformed(file, 48, `cover mode ${bytes[48]} is not known`);
  const granularity = ([undefined, "perblock", "perfunc"] as const)[bytes[49] ?? 0];
  if (granularity === undefined) throw malformed(file, 49, `granularity ${bytes[49]} is not known`);
  cursor.at = META_HEADER;
  need(cursor, count * 16, `a table of ${count} packages`);
  // A number takes a byte at least.
  const units = new Uint32Array(bytes.length);
  const sink: Sink = { units, length: 0, lines: 0 };
  const packages: GoPackage[] = [];
  let taken = 0;
  for (let index = 0; index < count; index += 1) {
    const at = META_HEADER + index * 8;
    const start = readUint64({ ...cursor, at }, "the place of a package");
    const length = readUint64({ ...cursor, at: at + count * 8 }, "the length of a package");
    need({ ...cursor, at: start }, length, `package ${index}`);
    taken += length;
    // Packages that share bytes would be more in memory than they are in the file.
    if (taken > bytes.length) throw malformed(file, at, "its packages overlap");
    packages.push(readPackage({ file, bytes, at: start, end: start + length }, sink));
    if (sink.lines > mostLinesOf(sink.length / UNIT_SIZE))
      throw malformed(file, start, `package ${index} has blocks of ${sink.lines} lines`);
  }
  return { mode, granularity, packages, units: units.slice(0, sink.length) };
}

interface Sink {
  units: Uint32Array;
  length: number;
  /** How many lines the units have, shared ones counted for each. */
  lines: number;
}

function readPackage(blob: Cursor, sink: Sink): GoPackage {
  const { file, bytes, at: start, end } = blob;
  need(blob, PACKAGE_HEADER, "the header of a package");
  const [name, path, module] = [4, 8, 12].map((offset) => bytes.readUInt32LE(start + offset));
  const count = bytes.readUInt32LE(start + 40);
  blob.at = start + PACKAGE_HEADER;
  need(blob, count * SMALLEST_FUNCTION, `a table of ${count} functions`);
  blob.at += count * 4;
  const strings = readStrings(blob);
  const textAt = (index: number | undefined, offset: number) => {
    const text = strings[index ?? 0];
    if (text === undefined) throw malformed(file, offset, `string ${index} is not in the table`);
    return text;
  };
  const functions: GoFunction[] = [];
  let left = end - blob.at;
  for (let index = 0; index < count; index += 1) {
    const place = start + PACKAGE_HEADER + index * 4;
    const at = start + bytes.readUInt32LE(place);
    if (at < blob.at || at >= end)
      throw malformed(file, place, `function ${index} lies outside of its package`);
    const cursor: Cursor = { file, bytes, at, end };
    functions.push(readFunction(cursor, { sink, textAt }));
    left -= cursor.at - at;
    if (left < 0) throw malformed(file, at, "functions overlap");
  }
  return {
    path: textAt(path, start + 8),
    name: textAt(name, start + 4),
    module: textAt(module, start + 12),
    functions,
  };
}

function readFunction(
  cursor: Cursor,
  { sink, textAt }: { sink: Sink; textAt: (index: number, offset: number) => string },
): GoFunction {
  const offset = cursor.at;
  const unitCount = readUleb(cursor, "the number of units");
  const name = textAt(readUleb(cursor, "a function's name"), offset);
  const file = textAt(readUleb(cursor, "a function's file"), offset);
  const firstUnit = sink.length / UNIT_SIZE;
  const end = sink.length + unitCount * UNIT_SIZE;
  readUlebs(cursor, { into: sink.units, from: sink.length, to: end });
  for (; sink.length < end; sink.length += UNIT_SIZE)
    sink.lines += 1 + Math.max((sink.units[sink.length + 2] ?? 0) - (sink.units[sink.length] ?? 0), 0);
  return { name, file, isLiteral: readUleb(cursor, "a function's kind") !== 0, firstUnit, unitCount };
}
