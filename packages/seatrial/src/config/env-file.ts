import { interpolate, type Lookup } from "./interpolate.ts";
import type { Mistake } from "./mistake.ts";

export interface ParseEnvFileOptions {
  text: string;
  /** Values that `${…}` and names without a value see before the file's own earlier lines. */
  lookup: Lookup;
  /** Each line is `NAME=value` and nothing in it is special. */
  raw?: boolean | undefined;
}

/**
 * Reads an env file as Compose does: comments, `export`, `NAME=value` or `NAME: value`, a name alone (its value comes from the
 * environment, if it has one), single quotes for plain text, double quotes with escapes and variables, both over several lines.
 * Messages never quote the file: its values may be secret.
 */
export function parseEnvFile(options: ParseEnvFileOptions): {
  values: Record<string, string>;
  mistakes: Mistake[];
} {
  const { lookup, text, raw = false } = options;
  const values = new Map<string, string>();
  const mistakes: Mistake[] = [];
  let at = 0;

  const lineEnd = (from: number) => {
    const feed = text.indexOf("\n", from);
    return feed < 0 ? text.length : feed;
  };
  const fill = (value: string, from: number): string => {
    const result = interpolate(value, (name) => lookup(name) ?? values.get(name));
    if (result.ok) return result.text;
    mistakes.push({ start: from, end: Math.max(from + 1, lineEnd(from)), message: result.fault.message });
    return "";
  };

  function statement(): void {
    const start = at;
    const end = lineEnd(at);
    const line = text.slice(start, end);
    const prefix = /^export[ \t]+/.exec(line)?.[0].length ?? 0;
    const match = /^([\w.[\]-]+)[ \t]*(?:([=:])[ \t]*)?/.exec(line.slice(prefix));
    const name = match?.[1];
    at = end;
    if (match === null || name === undefined) {
      mistakes.push({ start, end, message: "expected NAME=value" });
      return;
    }
    const valueAt = start + prefix + match[0].length;
    if (match[2] === undefined) {
      if (line.slice(prefix + match[0].length).trim() !== "") {
        mistakes.push({ start, end, message: "expected NAME=value" });
        return;
      }
      const inherited = lookup(name);
      if (inherited !== undefined) values.set(name, inherited);
      return;
    }
    const quote = text[valueAt];
    if (quote === '"' || quote === "'") quoted({ name, quote, valueAt });
    else values.set(name, fill(text.slice(valueAt, end).replace(/ #.*$/, "").trimEnd(), valueAt));
  }

  function quoted(value: { name: string; quote: string; valueAt: number }): void {
    const { name, quote, valueAt } = value;
    let close = valueAt + 1;
    while (close < text.length && text[close] !== quote) close += text[close] === "\\" ? 2 : 1;
    if (close >= text.length) {
      mistakes.push({
        start: valueAt,
        end: lineEnd(valueAt),
        message: `${name}: the quote ${quote} is never closed`,
      });
      at = text.length;
      return;
    }
    const inner = text.slice(valueAt + 1, close);
    at = lineEnd(close);
    const rest = text.slice(close + 1, at).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      mistakes.push({ start: close + 1, end: at, message: `${name}: text after the closing quote` });
      return;
    }
    values.set(name, quote === "'" ? inner.replaceAll("\\'", "'") : fill(unescaped(inner), valueAt));
  }

  function rawLine(): void {
    const start = at;
    at = lineEnd(at);
    const line = text.slice(start, at).replace(/\r$/, "");
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
    else mistakes.push({ start, end: at, message: "expected NAME=value" });
  }

  while (at < text.length) {
    const skip = /[ \t\r\n\v\f]*(#[^\n]*)?/y;
    skip.lastIndex = at;
    const skipped = skip.exec(text)?.[0] ?? "";
    at += skipped.length;
    if (skipped !== "") continue;
    if (raw) rawLine();
    else statement();
  }
  return { values: Object.fromEntries(values), mistakes };
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", v: "\v", f: "\f", b: "\b", a: "\u0007" };

function unescaped(text: string): string {
  return text.replace(/\\([nrtvfba"\\$'])/g, (_, char: string) =>
    char === "$" ? "$$" : (ESCAPES[char] ?? char),
  );
}
