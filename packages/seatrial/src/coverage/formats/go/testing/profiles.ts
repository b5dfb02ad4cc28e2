// Writes Go's binary profiles for tests, byte by byte as the format has them: with code of its own, so that a mistake of the product's
// writer cannot hide one of its readers.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** Start line and column, end line and column, statements. */
export type Unit = [number, number, number, number, number];

export interface FunctionSpec {
  name: string;
  file: string;
  literal?: boolean;
  units: Unit[];
}

export interface PackageSpec {
  path: string;
  name?: string;
  module?: string;
  functions: FunctionSpec[];
}

export interface MetaSpec {
  mode?: number;
  granularity?: number;
  packages: PackageSpec[];
}

export interface EntrySpec {
  package: number;
  function: number;
  counters: number[];
}

export interface CountersSpec {
  flavor?: 1 | 2;
  bigEndian?: boolean;
  args?: Record<string, string>;
  segments: EntrySpec[][];
}

export const SET = 1;
export const COUNT = 2;
export const ATOMIC = 3;

const u32 = (...values: number[]) => Buffer.from(new Uint32Array(values).buffer);
const u64 = (...values: number[]) => u32(...values.flatMap((value) => [value, 0]));

export function uleb(...values: number[]): Buffer {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = BigInt(value);
    do {
      const group = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? group | 0x80 : group);
    } while (rest > 0n);
  }
  return Buffer.from(bytes);
}

function strings(texts: string[]): Buffer {
  return Buffer.concat([
    uleb(texts.length),
    ...texts.map((text) => Buffer.concat([uleb(Buffer.byteLength(text)), Buffer.from(text)])),
  ]);
}

export function metaBytes({ mode = SET, granularity = 1, packages }: MetaSpec): {
  hash: string;
  bytes: Buffer;
} {
  const blobs = packages.map(packageBytes);
  const hash = createHash("md5")
    .update(Buffer.concat(blobs))
    .update(Buffer.from([mode, granularity]))
    .digest();
  const start = 56 + 16 * blobs.length;
  let at = start + 2;
  const places = blobs.map((blob) => {
    at += blob.length;
    return at - blob.length;
  });
  const bytes = Buffer.concat([
    Buffer.from([0, 0x63, 0x76, 0x6d]),
    u32(1),
    u64(at, blobs.length),
    hash,
    u32(start, 2),
    Buffer.from([mode, granularity, 0, 0, 0, 0, 0, 0]),
    u64(...places, ...blobs.map((blob) => blob.length)),
    Buffer.from([1, 0]),
    ...blobs,
  ]);
  return { hash: hash.toString("hex"), bytes };
}

function packageBytes({
  path: importPath,
  name = "p",
  module = "example.com/m",
  functions,
}: PackageSpec): Buffer {
  const texts = [
    ...new Set(["", importPath, name, module, ...functions.flatMap((each) => [each.name, each.file])]),
  ];
  const index = (text: string) => texts.indexOf(text);
  const table = strings(texts);
  const records = functions.map(({ units, name: called, file, literal = false }) =>
    Buffer.concat([
      uleb(units.length, index(called), index(file)),
      ...units.map((unit) => uleb(...unit)),
      uleb(literal ? 1 : 0),
    ]),
  );
  const start = 44 + 4 * functions.length + table.length;
  let at = start;
  const places = records.map((record) => {
    at += record.length;
    return at - record.length;
  });
  return Buffer.concat([
    u32(at, index(name), index(importPath), index(module)),
    Buffer.alloc(16, 7),
    u32(0, texts.length, functions.length, ...places),
    table,
    ...records,
  ]);
}

const MAGIC = Buffer.from([0, 0x63, 0x77, 0x6d]);

export function countersBytes(hash: string, spec: CountersSpec): Buffer {
  const { flavor = 2, bigEndian = false, args = {}, segments } = spec;
  const raw = (value: number) => {
    const bytes = u32(value);
    return bigEndian ? bytes.reverse() : bytes;
  };
  const number = flavor === 2 ? (value: number) => uleb(value) : raw;
  const texts = [...new Set(["", ...Object.entries(args).flat()])];
  const table = strings(texts);
  const pairs = uleb(
    Object.keys(args).length,
    ...Object.entries(args)
      .flat()
      .map((text) => texts.indexOf(text)),
  );
  const padded = Buffer.concat([pairs, Buffer.alloc(-(table.length + pairs.length) & 3)]);
  return Buffer.concat([
    MAGIC,
    u32(1),
    Buffer.from(hash, "hex"),
    Buffer.from([flavor, bigEndian ? 1 : 0, 0, 0, 0, 0, 0, 0]),
    ...segments.flatMap((entries, segment) => [
      u64(entries.length),
      u32(table.length, padded.length),
      table,
      padded,
      ...entries.flatMap((entry) =>
        [entry.counters.length, entry.package, entry.function, ...entry.counters].map(number),
      ),
      MAGIC,
      u32(0, segment + 1, 0),
    ]),
  ]);
}

export interface Counters extends CountersSpec {
  pid?: number;
  time?: number;
}

/** Writes one program's meta data, and counters of its processes, into a folder, under the names that Go gives them. */
export async function writeProfiles(folder: string, meta: MetaSpec, counters: Counters[]): Promise<string> {
  const { hash, bytes } = metaBytes(meta);
  await writeFile(path.join(folder, `covmeta.${hash}`), bytes);
  for (const [index, { pid = index + 1, time = index, ...spec }] of counters.entries())
    await writeFile(
      path.join(folder, `covcounters.${hash}.${pid}.${1_700_000_000_000_000 + time}`),
      countersBytes(hash, spec),
    );
  return hash;
}
