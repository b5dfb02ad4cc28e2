/** Values shorter than that are in every text. */
export const SHORTEST = 4;

export type SecretForm = "plain" | "base64" | "URL-escaped" | "JSON-escaped";

/** What a value looks like in bytes, and how it is written there. */
export interface WrittenSecret {
  form: SecretForm;
  bytes: Buffer;
}

/** How a value may be written in a file: as it is, in base64 wherever it stands there, URL-escaped, JSON-escaped. Some may be equal. */
export function writtenForms(value: Buffer): WrittenSecret[] {
  const written = (form: SecretForm) => (text: string) => ({ form, bytes: Buffer.from(text) });
  const forms: WrittenSecret[] = [
    { form: "plain", bytes: value },
    ...[0, 1, 2].flatMap((alignment) => base64At(value, alignment)).map(written("base64")),
  ];
  // Nothing of it is ever escaped.
  if (/^[\w.-]*$/.test(value.toString("latin1"))) return forms;
  return [
    ...forms,
    ...urlForms(value).map(written("URL-escaped")),
    ...jsonForms(value).map(written("JSON-escaped")),
  ];
}

/** What a secret value looks like in text: in each way in which it may be written, by line, in XML, and as bytes read one by one. */
export function formsOf(secret: string): string[] {
  const value = Buffer.from(secret);
  const whole = withAddressAlphabet(value.toString("base64").replace(/=+$/, ""));
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 2 * SHORTEST);
  const texts = [secret, ...writtenForms(value).map(({ bytes }) => bytes.toString()), ...whole, ...lines];
  const forms = [...texts, ...[secret, ...lines].flatMap(escapedForXml)];
  return [...forms, ...forms.flatMap(asBytes)].filter((form) => form.length >= SHORTEST);
}

/** The characters of base64 that depend on the value alone when it stands `alignment` bytes after a multiple of three. */
function base64At(value: Buffer, alignment: number): string[] {
  const text = Buffer.concat([Buffer.alloc(alignment), value]).toString("base64");
  const bits = 8 * (alignment + value.length);
  return withAddressAlphabet(text.slice(Math.ceil((8 * alignment) / 6), Math.floor(bits / 6)));
}

/** Also in the alphabet for addresses and file names. */
function withAddressAlphabet(base64: string): string[] {
  return /[+/]/.test(base64) ? [base64, base64.replaceAll("+", "-").replaceAll("/", "_")] : [base64];
}

/** What writers of addresses make of each byte: others escape what is allowed to stay, or write small digits. */
const IN_ADDRESSES = [/[A-Za-z0-9\-_.!~*'()]/, /[A-Za-z0-9\-_.]/].flatMap((staying) => {
  const capital = Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return staying.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return [capital, capital.map((text) => (text.length > 1 ? text.toLowerCase() : text))];
});

function urlForms(value: Buffer): string[] {
  return IN_ADDRESSES.flatMap((written) => {
    const text = Array.from(value, (byte) => written[byte]).join("");
    // Some write a plus for a space.
    return text.includes("%20") ? [text, text.replaceAll("%20", "+")] : [text];
  });
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

/** What writers of XML and HTML make of quotes: nothing in text, one of these in attributes. */
const QUOTES: readonly Record<string, string>[] = [
  {},
  { '"': "&quot;" },
  { '"': "&quot;", "'": "&apos;" },
  { '"': "&quot;", "'": "&#39;" },
  { '"': "&quot;", "'": "&#x27;" },
  // Go's.
  { '"': "&#34;", "'": "&#39;" },
];

function escapedForXml(text: string): string[] {
  if (!/[&<>"']/.test(text)) return [];
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  // Some leave `>` as it is.
  return [plain, plain.replaceAll(">", "&gt;")].flatMap((escaped) =>
    QUOTES.map((quotes) => escaped.replace(/["']/g, (quote) => quotes[quote] ?? quote)),
  );
}

/** Its UTF-8, each byte a character: files are looked through without a guess at what their bytes mean. */
function asBytes(text: string): string[] {
  const bytes = Buffer.from(text).toString("latin1");
  return bytes === text ? [] : [bytes];
}
