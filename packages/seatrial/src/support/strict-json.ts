/** What JSON text can say. Objects have no prototype. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const DEEPEST = 64;

/**
 * Reads JSON that has one meaning for every reader: a key that stands twice, `__proto__`, bytes that are no UTF-8 and more than 64
 * levels are refused. Undefined when the bytes are no such text.
 */
export function readStrictJson(bytes: Uint8Array): Json | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // The grammar, escapes included, is the platform's; what follows relies on it.
    JSON.parse(text);
  } catch {
    return undefined;
  }
  try {
    return valueFrom(tokensOf(text), DEEPEST);
  } catch (error) {
    if (error instanceof AmbiguousJson) return undefined;
    throw error;
  }
}

class AmbiguousJson extends Error {}

type Tokens = { next(): string; peek(): string };

/** The tokens of a text that is JSON: punctuation, strings with their quotes, other values. */
function tokensOf(text: string): Tokens {
  let at = 0;
  let ahead: string | undefined;
  const read = () => {
    while (/\s/.test(text.charAt(at))) at += 1;
    const start = at;
    at = endOfToken(text, start);
    return text.slice(start, at);
  };
  return {
    next() {
      const token = ahead ?? read();
      ahead = undefined;
      return token;
    },
    peek() {
      ahead ??= read();
      return ahead;
    },
  };
}

function endOfToken(text: string, start: number): number {
  const first = text.charAt(start);
  if ("{}[]:,".includes(first)) return start + 1;
  // Strings of many megabytes: a regular expression would keep a way back from each character.
  if (first === '"') {
    for (let at = start + 1; ; at += 1) {
      const character = text.charAt(at);
      if (character === '"') return at + 1;
      if (character === "\\") at += 1;
    }
  }
  let at = start;
  while (/[\w.+-]/.test(text.charAt(at))) at += 1;
  return at;
}

function valueFrom(tokens: Tokens, depth: number): Json {
  if (depth === 0) throw new AmbiguousJson();
  const token = tokens.next();
  if (token === "{") return objectFrom(tokens, depth);
  if (token !== "[") return JSON.parse(token) as Json;
  const list: Json[] = [];
  while (tokens.peek() !== "]") {
    list.push(valueFrom(tokens, depth - 1));
    if (tokens.peek() === ",") tokens.next();
  }
  tokens.next();
  return list;
}

function objectFrom(tokens: Tokens, depth: number): { [key: string]: Json } {
  const object = Object.create(null) as { [key: string]: Json };
  while (tokens.peek() !== "}") {
    const key = JSON.parse(tokens.next()) as string;
    if (key === "__proto__" || Object.hasOwn(object, key)) throw new AmbiguousJson();
    tokens.next();
    object[key] = valueFrom(tokens, depth - 1);
    if (tokens.peek() === ",") tokens.next();
  }
  tokens.next();
  return object;
}
