import { type WrittenSecret, writtenForms } from "../../support/secret-forms.ts";

/** Shorter ones turn up in any image by chance. */
export const SHORTEST_SECRET = 6;
/** Of longer values the beginning is as good. */
const LONGEST = 4096;

/** What is looked for of a value. */
export function formsOf(value: Buffer): WrittenSecret[] {
  const known = new Set<string>();
  return writtenForms(value.subarray(0, LONGEST)).filter(({ bytes }) => {
    const key = bytes.toString("latin1");
    if (bytes.length < SHORTEST_SECRET || known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** What a redactor is given of what is looked for. It knows how a value is written, of one that is no text it does not. */
export function textsToHide(secrets: readonly WrittenSecret[]): string[] {
  const values = secrets.filter(({ form }) => form === "plain");
  const hidden = values.every(({ bytes }) => isText(bytes)) ? values : secrets;
  return hidden.map(({ bytes }) => bytes.toString("utf8"));
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}
