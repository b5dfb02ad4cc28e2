import { type Cursor, malformed, need, readUleb } from "../formats/go/cursor.ts";
import { type SegmentTables, segmentTables } from "../formats/go/segment-tables.ts";
import type { RedactCommandLine } from "../redaction/redact-command-line.ts";

/**
 * Counters of Go whose command lines have no secrets: an argument that `redact` would change is written over with asterisks, so that
 * everything else stays where it is. Fails with COVERAGE_PROFILE_INVALID where the file is broken: what is in it is not known then.
 */
export function withoutArguments(options: {
  /** For errors. */
  file: string;
  bytes: Buffer;
  redact: RedactCommandLine;
}): Buffer {
  const { file, bytes, redact } = options;
  const secret = segmentTables(file, bytes).flatMap((tables) => secretsOf(tables, redact));
  if (secret.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  for (const { start, end } of secret) copy.fill("*", start, end);
  return copy;
}

interface Place {
  start: number;
  end: number;
}

function secretsOf(tables: SegmentTables, redact: RedactCommandLine): Place[] {
  const { bytes } = tables.strings;
  const textOf = ({ start, end }: Place) => bytes.toString("utf8", start, end);
  const numbered = new Map<number, Place>();
  // Texts are written once each: one that also says the system or how many arguments there are is no secret.
  const others = new Set<number>();
  for (const [key, value] of pairsOf(tables)) {
    const index = /^argv(\d{1,6})$/.exec(textOf(key))?.[1];
    if (index === undefined) others.add(value.start);
    else numbered.set(Number(index), value);
  }
  const words = [...numbered].sort(([a], [b]) => a - b).map(([, place]) => place);
  const given = words.map(textOf);
  const clean = redact(given);
  return words.filter(({ start }, at) => clean[at] !== given[at] && !others.has(start));
}

function pairsOf({ strings, args }: SegmentTables): [key: Place, value: Place][] {
  const places = placesOf(strings);
  const next = () => {
    const index = readUleb(args, "an argument");
    const place = places[index];
    if (place === undefined) throw malformed(args.file, args.at, `string ${index} is not in the table`);
    return place;
  };
  const count = readUleb(args, "the number of arguments");
  need(args, count * 2, `${count} arguments`);
  return Array.from({ length: count }, () => [next(), next()]);
}

/** Where each string of the table is. */
function placesOf(table: Cursor): Place[] {
  const count = readUleb(table, "the number of strings");
  need(table, count, `a table of ${count} strings`);
  return Array.from({ length: count }, () => {
    const length = readUleb(table, "the length of a string");
    need(table, length, "a string");
    const start = table.at;
    table.at += length;
    return { start, end: table.at };
  });
}
