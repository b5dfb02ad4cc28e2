import { createBytes, createStringTable } from "./bytes.ts";
import { COUNTERS_HEADER, COUNTERS_MAGIC, FLAVOR_ULEB } from "./counters.ts";
import type { CountedProgram } from "./program.ts";
import type { RunArguments } from "./run-arguments.ts";

const VERSION = 1;
const MAGIC = Buffer.from(COUNTERS_MAGIC, "latin1");

/** A `covcounters` file of one segment; functions that never ran are not in it. */
export function encodeCounters(
  counted: CountedProgram & { hash: string; arguments: RunArguments | undefined },
): Buffer {
  const bytes = createBytes();
  bytes.raw(MAGIC);
  bytes.uint32(VERSION);
  bytes.raw(Buffer.from(counted.hash, "hex"));
  bytes.raw(Buffer.from([FLAVOR_ULEB, 0]));
  bytes.raw(Buffer.alloc(COUNTERS_HEADER - bytes.length));

  const entries = encodeEntries(counted);
  const { strings, pairs } = encodeArguments(counted.arguments);
  bytes.uint64(entries.count);
  bytes.uint32(strings.length);
  const padding = -(strings.length + pairs.length) & 3;
  bytes.uint32(pairs.length + padding);
  bytes.raw(strings);
  bytes.raw(pairs);
  bytes.raw(Buffer.alloc(padding));
  bytes.raw(entries.bytes);

  bytes.raw(MAGIC);
  for (const value of [0, 1, 0]) bytes.uint32(value);
  return bytes.done();
}

function encodeEntries({ program, counters }: CountedProgram): { count: number; bytes: Buffer } {
  const bytes = createBytes();
  let count = 0;
  for (const [packageIndex, { functions }] of program.packages.entries()) {
    for (const [functionIndex, { firstUnit, unitCount }] of functions.entries()) {
      const values = counters.subarray(firstUnit, firstUnit + unitCount);
      if (values.every((value) => value === 0)) continue;
      count += 1;
      for (const value of [unitCount, packageIndex, functionIndex]) bytes.uleb(value);
      for (const value of values) bytes.uleb(value);
    }
  }
  return { count, bytes: bytes.done() };
}

function encodeArguments(run: RunArguments | undefined): { strings: Buffer; pairs: Buffer } {
  const { argv = [], goos = "", goarch = "" } = run ?? {};
  const words: [string, string][] = argv.map((word, index) => [`argv${index}`, word]);
  if (argv.length > 0) words.push(["argc", String(argv.length)]);
  if (goos !== "") words.push(["GOOS", goos]);
  if (goarch !== "") words.push(["GOARCH", goarch]);
  const table = createStringTable();
  const pairs = createBytes();
  pairs.uleb(words.length);
  for (const word of words) for (const text of word) pairs.uleb(table.indexOf(text));
  return { strings: table.encode(), pairs: pairs.done() };
}
