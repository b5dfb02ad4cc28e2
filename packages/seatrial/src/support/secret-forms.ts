/** Values shorter than that are in every text. */
export const SHORTEST = 4;

/** What a secret value looks like in text: as it is and by line, in JSON, addresses, XML and base64, and as bytes read one by one. */
export function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 2 * SHORTEST);
  const texts = [secret, json, encodeURIComponent(secret), base64, ...lines];
  const forms = [...texts, ...[secret, ...lines].flatMap(escapedForXml)];
  return [...forms, ...forms.flatMap(asBytes)].filter((form) => form.length >= SHORTEST);
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
