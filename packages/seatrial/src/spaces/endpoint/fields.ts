import { spaceError } from "../errors.ts";

/** The fields of a request's JSON, read one by one. Each fails with SPACE_REQUEST_INVALID, which names the field. */
export interface Fields {
  text(name: string, limits?: TextLimits): string | undefined;
  integer(name: string, limits: { from: number; to: number }): number | undefined;
  /** One of a few words. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined;
  texts(name: string, limits: { most: number }): string[] | undefined;
  object(name: string): Fields | undefined;
}

interface TextLimits {
  /** Default: 0. */
  shortest?: number;
  longest?: number;
}

/** Reads a JSON object; `where` is put before the names of its fields. */
export function readFields(value: unknown, where = ""): Fields {
  if (!isObject(value)) throw wrong(where === "" ? "The body" : where, "an object", value);
  const field = (name: string) => (Object.hasOwn(value, name) ? value[name] : undefined) ?? undefined;
  const pathOf = (name: string) => (where === "" ? name : `${where}.${name}`);
  return {
    text: (name, limits) => asText(field(name), pathOf(name), limits),
    integer(name, { from, to }) {
      const found = field(name);
      if (found === undefined) return undefined;
      if (typeof found === "number" && Number.isInteger(found) && found >= from && found <= to) return found;
      throw wrong(pathOf(name), `a whole number from ${from} to ${to}`, found);
    },
    word(name, words) {
      const found = field(name);
      if (found === undefined) return undefined;
      const known = words.find((word) => word === found);
      if (known === undefined) throw wrong(pathOf(name), `one of ${words.join(", ")}`, found);
      return known;
    },
    texts(name, { most }) {
      const found = field(name);
      if (found === undefined) return undefined;
      if (!Array.isArray(found) || found.length > most)
        throw wrong(pathOf(name), `a list of at most ${most} texts`, found);
      return found.map((item, at) =>
        required(asText(item, `${pathOf(name)}[${at}]`), `${pathOf(name)}[${at}]`),
      );
    },
    object(name) {
      const found = field(name);
      return found === undefined ? undefined : readFields(found, pathOf(name));
    },
  };
}

/** The value of a field that has to be there. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw spaceError({ code: "SPACE_REQUEST_INVALID", message: `${name}: is missing` });
  return value;
}

function asText(found: unknown, name: string, limits: TextLimits = {}): string | undefined {
  if (found === undefined) return undefined;
  if (typeof found !== "string") throw wrong(name, "a text", found);
  const { shortest = 0, longest } = limits;
  if (found.length < shortest) throw wrong(name, "a text that is not empty", found);
  if (longest !== undefined && found.length > longest)
    throw wrong(name, `a text of at most ${longest} characters`, found);
  return found;
}

const MOST_SHOWN = 40;

function wrong(name: string, expected: string, found: unknown) {
  const text = JSON.stringify(found) ?? "nothing";
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return spaceError({
    code: "SPACE_REQUEST_INVALID",
    message: `${name}: expected ${expected}, found ${shown}`,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
