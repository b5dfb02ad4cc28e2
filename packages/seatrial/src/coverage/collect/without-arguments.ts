import type { RedactCommandLine } from "../redaction/redact-command-line.ts";

const MAGIC = Buffer.from([0x00, 0x63, 0x77, 0x6d]);
const HEADER = 32;
const SEGMENT_HEADER = 16;

/**
 * Counters of Go whose command line has no secrets: an argument that `redact` would change is written over with asterisks, so that
 * everything else stays where it is. What is no file of counters comes back as it is.
 */
export function withoutArguments(counters: Buffer, redact: RedactCommandLine): Buffer {
  const { words, others } = argumentsOf(counters);
  const given = words.map(({ start, end }) => counters.toString("utf8", start, end));
  const clean = redact(given);
  // Texts are written once each: one that also says the system or how many arguments there are is no secret.
  const secret = words.filter(({ start }, at) => clean[at] !== given[at] && !others.has(start));
  if (secret.length === 0) return counters;
  const copy = Buffer.from(counters);
  for (const { start, end } of secret) copy.fill("*", start, end);
  return copy;
}

interface Arguments {
  /** Where `argv0`, `argv1` and so on lie. */
  words: Place[];
  /** Where other values begin. */
  others: Set<number>;
}

interface Place {
  start: number;
  end: number;
}

/** See the format's own package, internal/coverage. */
function argumentsOf(data: Buffer): Arguments {
  const words = new Map<number, Place>();
  const others = new Set<number>();
  for (const [key, value] of pairsOf(data)) {
    const index = /^argv(\d{1,6})$/.exec(data.toString("utf8", key.start, key.end))?.[1];
    if (index === undefined) others.add(value.start);
    else words.set(Number(index), value);
  }
  const sorted = [...words].sort(([a], [b]) => a - b);
  return { words: sorted.map(([, place]) => place), others };
}

function pairsOf(data: Buffer): [Place, Place][] {
  if (data.length < HEADER + SEGMENT_HEADER || !data.subarray(0, 4).equals(MAGIC)) return [];
  const tableBytes = data.readUInt32LE(HEADER + 8);
  const argumentBytes = data.readUInt32LE(HEADER + 12);
  const tableStart = HEADER + SEGMENT_HEADER;
  const tableEnd = tableStart + tableBytes;
  if (tableEnd + argumentBytes > data.length) return [];
  const table = reader(data, tableStart, tableEnd);
  const strings: Place[] = [];
  for (let left = table.number(); left > 0 && !table.done(); left -= 1) strings.push(table.text());
  const pairs = reader(data, tableEnd, tableEnd + argumentBytes);
  const found: [Place, Place][] = [];
  for (let left = pairs.number(); left > 0 && !pairs.done(); left -= 1) {
    const key = strings[pairs.number()];
    const value = strings[pairs.number()];
    if (key !== undefined && value !== undefined) found.push([key, value]);
  }
  return found;
}

/** Reads numbers of 7 bits a byte, and texts with their length before them, and stays within its part of the data. */
function reader(data: Buffer, start: number, end: number) {
  let at = start;
  const number = () => {
    let value = 0;
    for (let scale = 1; at < end && scale <= 2 ** 28; scale *= 128) {
      const byte = data[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value;
  };
  return {
    number,
    done: () => at >= end,
    text() {
      const length = number();
      const from = at;
      at = Math.min(end, at + length);
      return { start: from, end: at };
    },
  };
}
