import { POSIX_SETS, printSet, type Range, type SetPart } from "./char-set.ts";
import { readEscape, readSetEscape, setOf } from "./escape.ts";
import type { Reader } from "./reader.ts";

/** `[a-z]`, `[^[:space:]\d]`: from its opening bracket on, in JavaScript's syntax. */
export function readBrackets(reader: Reader, options: { fold: boolean }): string {
  const start = reader.offset;
  reader.take("[");
  const negated = reader.take("^");
  const parts: SetPart[] = [];
  for (let first = true; first || !reader.take("]"); first = false) {
    if (reader.done) reader.fail("a [ without its ]", start);
    const set = readPosix(reader, options) ?? readSetEscape(reader, options);
    parts.push(...(set ?? setOf([readRange(reader)], { ...options, negated: false })));
  }
  return printSet(parts, { negated });
}

function readPosix(reader: Reader, options: { fold: boolean }): Range[] | undefined {
  const start = reader.offset;
  const found = reader.match(/\[:(\^?)([\s\S]*?):\]/);
  if (found === null) return undefined;
  const [whole, caret, name = ""] = found;
  const ranges = Object.hasOwn(POSIX_SETS, name) ? POSIX_SETS[name] : undefined;
  if (ranges !== undefined) return setOf(ranges, { ...options, negated: caret === "^" });
  const known = Object.keys(POSIX_SETS).join(", ");
  return reader.fail(`no such class of characters: ${whole}; known are ${known}`, start);
}

function readRange(reader: Reader): Range {
  const start = reader.offset;
  const first = readChar(reader);
  // A dash at the end is itself.
  if (reader.match(/-(?!\]|$)/) === null) return [first, first];
  const last = readChar(reader);
  return last < first ? reader.fail("a range that goes backwards", start) : [first, last];
}

function readChar(reader: Reader): number {
  if (reader.peek() === "\\") return readEscape(reader);
  return reader.next().codePointAt(0) ?? 0;
}
