import { SHORTEST_SECRET } from "./forms.ts";

/** A part of a file is a secret of its own when nobody would write it by chance. */
const SHORTEST_PART = 16;
/** With this many a layer is read at two thirds of its usual speed, with four times as many at a third. */
const MOST_PARTS = 256;

/** What of a secret is looked for, and how many parts of it are not. */
export interface SecretParts {
  parts: Buffer[];
  further: number;
}

/**
 * What of a secret is looked for: the whole, without the line ends around it, and each part that looks random by itself: a line of a
 * key, the token in an `.npmrc`. What is public in such a file, an address or a name, is none.
 */
export function partsOf(value: Buffer): SecretParts {
  // One character for each byte, whatever the value is.
  const whole = value.toString("latin1").replace(/^[\r\n]+|[\r\n\t ]+$/g, "");
  const lines = whole.split(/[\r\n]+/);
  const parts = lines
    // The first line of many keys is the same: it says what kind of key it is.
    .filter((_, index) => !lines[index - 1]?.startsWith("-----BEGIN"))
    .flatMap((line) => line.split(/[\t "'=,;:@]+|\/\//))
    .filter((part) => part.length >= SHORTEST_PART && looksRandom(part));
  const all = [...new Set([whole, ...parts])]
    .map((part) => Buffer.from(part, "latin1"))
    .filter((part) => part.length >= SHORTEST_SECRET);
  return { parts: all.slice(0, MOST_PARTS), further: Math.max(0, all.length - MOST_PARTS) };
}

/** Tokens, base64, hex, UUIDs; no sentence, address or path of words. */
export function looksRandom(text: string): boolean {
  if (!/^[A-Za-z0-9+/_.~-]+$/.test(text) || !/\d/.test(text)) return false;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return true;
  const kinds = new Set(text).size;
  if (/^[a-z0-9]+$|^[A-Z0-9]+$/.test(text)) return kinds >= 8 && /[A-Za-z]/.test(text);
  return kinds >= 10 && /[a-z]/.test(text) && /[A-Z]/.test(text);
}
