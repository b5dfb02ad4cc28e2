/** The value as a mapping; anything else is an empty one. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A scalar as text; undefined for null, lists and mappings. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** A list as it is, a single value as a list of one, null as an empty one. */
export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === null || value === undefined ? [] : [value];
}

/** The scalars of a list, or of a single value, as text. */
export function asTexts(value: unknown): string[] {
  return asList(value).flatMap((item) => asText(item) ?? []);
}

/** A number written as a number or as text; undefined otherwise. */
export function asNumber(value: unknown): number | undefined {
  const text = asText(value);
  if (text === undefined || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export function asFlag(value: unknown): boolean {
  return value === true || value === "true";
}

/** `KEY: value` mappings and `KEY=value` lists alike. Keys without a value are left out. */
export function asPairs(value: unknown): Record<string, string> {
  const pairs = Array.isArray(value) ? value.map(splitPair) : Object.entries(asRecord(value));
  return Object.fromEntries(
    pairs.flatMap(([key, inner]) => {
      const text = asText(inner);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

function splitPair(item: unknown): [string, unknown] {
  const text = asText(item) ?? "";
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** True for what says nothing: null, false, and empty text, lists and mappings. */
export function isBlank(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
