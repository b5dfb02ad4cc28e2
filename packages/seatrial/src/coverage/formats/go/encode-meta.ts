import { createHash } from "node:crypto";
import { type Bytes, createBytes, createStringTable } from "./bytes.ts";
import { META_HEADER, META_MAGIC, PACKAGE_HEADER } from "./meta.ts";
import { COVER_MODES, type GoFunction, type GoPackage, type GoProgram, UNIT_SIZE } from "./program.ts";

const VERSION = 1;
const HASH_SIZE = 16;

/** A `covmeta` file, and the hash that names it. Go's own tools compute that in other ways, and no reader computes it again. */
export function encodeMeta(program: GoProgram): { hash: string; bytes: Buffer } {
  const blobs = program.packages.map((each) => encodePackage(each, program.units));
  const hash = digestOf([...blobs, Buffer.from(`${program.mode} ${program.granularity}`)]);
  const strings = createStringTable().encode();
  const stringsAt = META_HEADER + 16 * blobs.length;
  const blobsAt = stringsAt + strings.length;
  const bytes = createBytes();
  bytes.raw(Buffer.from(META_MAGIC, "latin1"));
  bytes.uint32(VERSION);
  bytes.uint64(blobs.reduce((sum, { length }) => sum + length, blobsAt));
  bytes.uint64(blobs.length);
  bytes.raw(hash);
  bytes.uint32(stringsAt);
  bytes.uint32(strings.length);
  bytes.raw(Buffer.from([COVER_MODES.indexOf(program.mode) + 1, program.granularity === "perblock" ? 1 : 2]));
  bytes.raw(Buffer.alloc(META_HEADER - bytes.length));
  let at = blobsAt;
  for (const blob of blobs) {
    bytes.uint64(at);
    at += blob.length;
  }
  for (const blob of blobs) bytes.uint64(blob.length);
  bytes.raw(strings);
  for (const blob of blobs) bytes.raw(blob);
  return { hash: hash.toString("hex"), bytes: bytes.done() };
}

function digestOf(parts: Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, HASH_SIZE);
}

function encodePackage({ path, name, module, functions }: GoPackage, units: Uint32Array): Buffer {
  const table = createStringTable();
  const [pathIndex, nameIndex, moduleIndex] = [path, name, module].map(table.indexOf);
  const records = createBytes();
  const starts = functions.map((each) => {
    const start = records.length;
    encodeFunction(each, { records, units, indexOf: table.indexOf });
    return start;
  });
  const strings = table.encode();
  const encoded = records.done();
  const recordsAt = PACKAGE_HEADER + 4 * functions.length + strings.length;
  const bytes = createBytes();
  for (const value of [recordsAt + encoded.length, nameIndex, pathIndex, moduleIndex])
    bytes.uint32(value ?? 0);
  bytes.raw(digestOf([Buffer.from(`${path}\0${name}\0${module}`), strings, encoded]));
  bytes.uint32(0);
  // Go calls this the number of files, and has the number of strings here.
  bytes.uint32(table.size);
  bytes.uint32(functions.length);
  for (const start of starts) bytes.uint32(recordsAt + start);
  bytes.raw(strings);
  bytes.raw(encoded);
  return bytes.done();
}

interface Target {
  records: Bytes;
  units: Uint32Array;
  indexOf: (text: string) => number;
}

function encodeFunction(of: GoFunction, { records, units, indexOf }: Target): void {
  records.uleb(of.unitCount);
  records.uleb(indexOf(of.name));
  records.uleb(indexOf(of.file));
  const start = of.firstUnit * UNIT_SIZE;
  for (let index = start; index < start + of.unitCount * UNIT_SIZE; index += 1)
    records.uleb(units[index] ?? 0);
  records.uleb(of.isLiteral ? 1 : 0);
}
