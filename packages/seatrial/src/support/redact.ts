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

/** Makes a redactor that knows the given values. */
export function createRedactor(secrets: Iterable<string> = []): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;

  function add(secret: string): void {
    if (secret.length < SHORTEST) return;
    for (const form of formsOf(secret)) forms.add(form);
    // Longest first, so that a secret that contains another is replaced whole.
    const sorted = [...forms].sort((a, b) => b.length - a.length);
    pattern = new RegExp(sorted.map(escapeForRegExp).join("|"), "g");
  }

  function text(input: string): string {
    return pattern === undefined ? input : input.replace(pattern, MASK);
  }

  function value<T>(input: T): T {
    if (pattern === undefined) return input;
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
