import { formsOf, SHORTEST } from "./secret-forms.ts";

/** Replaces secret values in text before it reaches any output. */
export interface Redactor {
  /** Adds a value to hide. Values shorter than 4 characters are ignored: hiding them would garble everything. */
  add(secret: string): void;
  /** Hides it no more, once it was taken away as often as it was added. */
  remove(secret: string): void;
  /** The text with each known value, and its URL-, JSON- and XML-escaped and base64 forms, replaced by `[redacted]`. */
  text(text: string): string;
  /** The same for a text that comes in pieces, which may cut a value anywhere. What is known counts when each piece comes. */
  pieces(): RedactedPieces;
  /** The same for every string inside a plain value. */
  value<T>(value: T): T;
}

/** Holds back as much as a value may still go on in: at most twice the longest one. */
export interface RedactedPieces {
  /** What can be said so far; often less than came. */
  push(text: string): string;
  /** The rest. */
  end(): string;
}

const MASK = "[redacted]";
/** Beyond that one regular expression of all forms costs more than looking at each character once. */
const MOST_IN_PATTERN = 200;

/** Makes a redactor that knows the given values. Thousands of them may come up, and go, while it is in use: those of spaces. */
export function createRedactor(secrets: Iterable<string> = []): Redactor {
  /** How many values look like this. */
  const forms = new Map<string, number>();
  const byBeginning: Beginnings = { groups: new Map(), mayBe: new Uint32Array(LOW_BITS + 1) };
  let pattern: RegExp | undefined;
  let longest = 0;

  function add(secret: string): void {
    if (secret.length < SHORTEST) return;
    for (const form of new Set(formsOf(secret))) {
      const known = forms.get(form) ?? 0;
      forms.set(form, known + 1);
      if (known > 0) continue;
      longest = Math.max(longest, form.length);
      note(byBeginning, form);
      pattern = undefined;
    }
  }

  function remove(secret: string): void {
    if (secret.length < SHORTEST) return;
    for (const form of new Set(formsOf(secret))) {
      const left = (forms.get(form) ?? 0) - 1;
      if (left < 0) continue;
      if (left > 0) {
        forms.set(form, left);
        continue;
      }
      forms.delete(form);
      forget(byBeginning, form);
      pattern = undefined;
    }
  }

  /** Replaces what begins before `end`. */
  function replace(input: string, end: number): Replaced {
    if (forms.size > MOST_IN_PATTERN) return scan(input, byBeginning, end);
    pattern ??= new RegExp([...forms.keys()].sort(longestFirst).map(escapeForRegExp).join("|"), "g");
    return replaceAll(input, pattern, end);
  }

  function text(input: string): string {
    return forms.size === 0 ? input : replace(input, input.length).text;
  }

  function pieces(): RedactedPieces {
    let held = "";
    return {
      push(piece) {
        held += piece;
        // What begins before has its end in what came. Long values are not looked for again with every small piece.
        const end = held.length - Math.max(longest - 1, 0);
        if (end < longest) return "";
        const { text: sure, taken } =
          forms.size === 0 ? { text: held, taken: held.length } : replace(held, end);
        held = held.slice(taken);
        return sure;
      },
      end() {
        const rest = text(held);
        held = "";
        return rest;
      },
    };
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
  return { add, remove, text, pieces, value };
}

/** So that a secret that contains another is replaced whole. */
function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

/** Forms by their first characters, then by their length, the longest first. */
interface Beginnings {
  groups: Map<number, { length: number; forms: Set<string> }[]>;
  /** How many forms have a key with these low bits: nearly all of a text is passed by without a look into the map. */
  mayBe: Uint32Array;
}

const LOW_BITS = 0xffff;

function note({ groups: all, mayBe }: Beginnings, form: string): void {
  const key = beginningAt(form, 0);
  mayBe[key & LOW_BITS] = (mayBe[key & LOW_BITS] ?? 0) + 1;
  const groups = all.get(key) ?? [];
  const group = groups.find(({ length }) => length === form.length);
  if (group !== undefined) group.forms.add(form);
  else groups.push({ length: form.length, forms: new Set([form]) });
  all.set(
    key,
    groups.sort((a, b) => b.length - a.length),
  );
}

/** Undoes `note`. */
function forget({ groups: all, mayBe }: Beginnings, form: string): void {
  const key = beginningAt(form, 0);
  mayBe[key & LOW_BITS] = (mayBe[key & LOW_BITS] ?? 1) - 1;
  const groups = all.get(key) ?? [];
  for (const { forms } of groups) forms.delete(form);
  const left = groups.filter(({ forms }) => forms.size > 0);
  if (left.length > 0) all.set(key, left);
  else all.delete(key);
}

/** A text without values, and how much of the input it stands for. */
interface Replaced {
  text: string;
  taken: number;
}

function replaceAll(input: string, pattern: RegExp, end: number): Replaced {
  let text = "";
  let taken = 0;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(input); found !== null && found.index < end; found = pattern.exec(input)) {
    text += input.slice(taken, found.index) + MASK;
    taken = found.index + found[0].length;
  }
  return upTo(input, end, { text, taken });
}

function upTo(input: string, end: number, { text, taken }: Replaced): Replaced {
  return taken >= end ? { text, taken } : { text: text + input.slice(taken, end), taken: end };
}

function scan(input: string, { groups: all, mayBe }: Beginnings, end: number): Replaced {
  let text = "";
  let taken = 0;
  for (let at = 0; at < end && at + SHORTEST <= input.length; at += 1) {
    const key = beginningAt(input, at);
    if (mayBe[key & LOW_BITS] === 0) continue;
    const found = all.get(key)?.find(({ length, forms }) => forms.has(input.slice(at, at + length)));
    if (found === undefined) continue;
    text += input.slice(taken, at) + MASK;
    taken = at + found.length;
    at = taken - 1;
  }
  return upTo(input, end, { text, taken });
}

/** A number for the first characters; different ones may share it. */
function beginningAt(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + SHORTEST; next += 1) key = (key * 31 + text.charCodeAt(next)) | 0;
  return key;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
