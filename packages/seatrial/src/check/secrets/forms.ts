import type { SecretForm } from "../layers/image-index.ts";

/** Bytes to look for, and how the value is written in them. */
export interface WrittenSecret {
  form: SecretForm;
  bytes: Buffer;
}

/** Values as they are, for redaction. */
export function plainTexts(secrets: readonly WrittenSecret[]): string[] {
  return secrets.filter(({ form }) => form === "plain").map(({ bytes }) => bytes.toString("utf8"));
}

/** Shorter ones turn up in any image by chance. */
export const SHORTEST_SECRET = 6;
/** Of longer values the beginning is as good. */
const LONGEST = 4096;

/** How a value may be written in a file: as it is, in base64 wherever it stands there, URL-escaped, JSON-escaped. */
export function formsOf(value: Buffer): WrittenSecret[] {
  const bytes = value.subarray(0, LONGEST);
  const forms: WrittenSecret[] = [{ form: "plain", bytes }];
  for (const alignment of [0, 1, 2]) {
    const text = base64At(bytes, alignment);
    forms.push({ form: "base64", bytes: Buffer.from(text) });
    // The alphabet for addresses and file names.
    forms.push({ form: "base64", bytes: Buffer.from(text.replace(/\+/g, "-").replace(/\//g, "_")) });
  }
  for (const text of urlForms(bytes)) forms.push({ form: "URL-escaped", bytes: Buffer.from(text) });
  for (const text of jsonForms(bytes)) forms.push({ form: "JSON-escaped", bytes: Buffer.from(text) });
  const known = new Set<string>();
  return forms.filter(({ bytes: written }) => {
    const key = written.toString("latin1");
    if (written.length < SHORTEST_SECRET || known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** The characters of base64 that depend on the value alone when it stands `alignment` bytes after a multiple of three. */
function base64At(value: Buffer, alignment: number): string {
  const text = Buffer.concat([Buffer.alloc(alignment), value]).toString("base64");
  const bits = 8 * (alignment + value.length);
  return text.slice(Math.ceil((8 * alignment) / 6), Math.floor(bits / 6));
}

function urlForms(value: Buffer): string[] {
  const escaped = [...value].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9\-_.!~*'()]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  const text = escaped.join("");
  // Others escape what is allowed to stay, write small digits, or a plus for a space.
  const strict = text.replace(
    /[!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [text, strict, strict.replace(/%20/g, "+")].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

function jsonForms(value: Buffer): string[] {
  const text = value.toString("utf8");
  if (!Buffer.from(text).equals(value)) return [];
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicodeEscape);
  // Go escapes what HTML would take for its own, PHP escapes slashes.
  return [plain, ascii, plain.replace(/[<>&]/g, unicodeEscape), plain.replace(/\//g, "\\/")];
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
