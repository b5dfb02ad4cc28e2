/** Replaces secret values in text before it reaches any output. */
export interface Redactor {
  /** Adds a value to hide. Values shorter than 4 characters are ignored: hiding them would garble everything. */
  add(secret: string): void;
  /** The text with each known value, and its URL- and JSON-escaped and base64 forms, replaced by `[redacted]`. */
  text(text: string): string;
  /** The same for every string inside a plain value. */
  value<T>(value: T): T;
}

const MASK = "[redacted]";
const SHORTEST = 4;
/** Beyond that one regular expression of all forms costs more than looking at each character once. */
const MOST_IN_PATTERN = 200;

/** Makes a redactor that knows the given values. Thousands of them may come up while it is in use: a run adds those of its spaces. */
export function createRedactor(secrets: Iterable<string> = []): Redactor {
  const forms = new Set<string>();
  const byBeginning: Beginnings = new Map();
  let pattern: RegExp | undefined;

  function add(secret: string): void {
    if (secret.length < SHORTEST) return;
    for (const form of formsOf(secret)) {
      if (forms.has(form)) continue;
      forms.add(form);
      note(byBeginning, form);
      pattern = undefined;
    }
  }

  function text(input: string): string {
    if (forms.size === 0) return input;
    if (forms.size > MOST_IN_PATTERN) return scan(input, byBeginning);
    pattern ??= new RegExp([...forms].sort(longestFirst).map(escapeForRegExp).join("|"), "g");
    return input.replace(pattern, MASK);
  }

  function value<T>(input: T): T {
    if (forms.size === 0) return input;
    if (typeof input === "string") return text(input) as T;
    if (Array.isArray(input)) return input.map(value) as T;
    if (input !== null && typeof input === "object") {
      return Object.fromEntries(Object.entries(input).map(([key, inner]) => [text(key), value(inner)])) as T;
    }
    return input;
  }

  for (const secret of secrets) add(secret);
  return { add, text, value };
}

/** So that a secret that contains another is replaced whole. */
function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

/** Forms by their first characters, then by their length, the longest first. */
type Beginnings = Map<number, { length: number; forms: Set<string> }[]>;

function note(beginnings: Beginnings, form: string): void {
  const key = beginningAt(form, 0);
  const groups = beginnings.get(key) ?? [];
  const group = groups.find(({ length }) => length === form.length);
  if (group !== undefined) group.forms.add(form);
  else groups.push({ length: form.length, forms: new Set([form]) });
  beginnings.set(
    key,
    groups.sort((a, b) => b.length - a.length),
  );
}

function scan(input: string, beginnings: Beginnings): string {
  let result = "";
  let taken = 0;
  for (let at = 0; at + SHORTEST <= input.length; at += 1) {
    const groups = beginnings.get(beginningAt(input, at));
    const found = groups?.find(({ length, forms }) => forms.has(input.slice(at, at + length)));
    if (found === undefined) continue;
    result += input.slice(taken, at) + MASK;
    taken = at + found.length;
    at = taken - 1;
  }
  return result + input.slice(taken);
}

/** A number for the first characters; different ones may share it. */
function beginningAt(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + SHORTEST; next += 1) key = (key * 31 + text.charCodeAt(next)) | 0;
  return key;
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 2 * SHORTEST);
  return [secret, json, encodeURIComponent(secret), base64, ...lines].filter(
    (form) => form.length >= SHORTEST,
  );
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
