import { messageOf } from "../../support/error.ts";
import { invalidProfile, shown } from "./invalid.ts";
import { hitsOf, lineOf } from "./numbers.ts";

/** Values of a JSON report as what they should be; what they are not is an error that names their place. */
export interface JsonReading {
  root: unknown;
  record(value: unknown, place: string): Record<string, unknown>;
  list(value: unknown, place: string): unknown[];
  text(value: unknown, place: string): string;
  line(value: unknown, place: string): number;
  hits(value: unknown, place: string): number;
  fail(place: string, reason: string): Error;
}

export function readJson(format: string, text: string): JsonReading {
  const fail = (place: string, reason: string, cause?: unknown) =>
    invalidProfile({ format, place, reason, cause });
  const wrong = (value: unknown, place: string, wanted: string) =>
    fail(place, `${value === undefined ? "nothing" : shown(value)} in place of ${wanted}`);
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw fail("its JSON", messageOf(error), error);
  }
  return {
    root,
    fail,
    record(value, place) {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw wrong(value, place, "an object");
      return value as Record<string, unknown>;
    },
    list(value, place) {
      if (!Array.isArray(value)) throw wrong(value, place, "a list");
      return value;
    },
    text(value, place) {
      if (typeof value !== "string") throw wrong(value, place, "a text");
      return value;
    },
    line(value, place) {
      const line = typeof value === "number" ? lineOf(value) : undefined;
      if (line === undefined) throw wrong(value, place, "a line number");
      return line;
    },
    hits(value, place) {
      const hits = typeof value === "number" ? hitsOf(value) : undefined;
      if (hits === undefined) throw wrong(value, place, "a count");
      return hits;
    },
  };
}
