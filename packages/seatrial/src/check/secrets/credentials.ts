import { FORMATS } from "./formats.ts";

/** A key or credentials in a text. */
export interface Credentials {
  /** The name of its format. */
  format: string;
  /** Where it begins. */
  at: number;
  /** As it stands there: not to be shown. */
  text: string;
}

/** A user and a password for HTTP, as programs write them: base64 of both with a colon in between. */
const IN_BASE64 = /(?<![\w+/.-])[A-Za-z0-9+/]{12,}={0,2}(?![\w+/=.-])/g;

/** Keys and credentials in a text of an image's configuration, by their formats. */
export function findCredentials(text: string): Credentials[] {
  const known = inFormats(text);
  const isKnown = (at: number) => known.some((each) => at >= each.at && at < each.at + each.text.length);
  return [...known, ...inBase64(text).filter(({ at }) => !isKnown(at))];
}

function inFormats(text: string): Credentials[] {
  return FORMATS.flatMap(({ name, beginnings, find }) =>
    beginnings.flatMap((beginning) => {
      const found: Credentials[] = [];
      for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
        const whole = find(text.slice(at), text.slice(Math.max(0, at - 1), at));
        if (whole !== undefined) found.push({ format: name, at, text: whole });
      }
      return found;
    }),
  );
}

function inBase64(text: string): Credentials[] {
  return [...text.matchAll(IN_BASE64)].flatMap(({ 0: word, index }) =>
    isUserAndPassword(word) ? [{ format: "user and password in base64", at: index, text: word }] : [],
  );
}

/** All of it can be typed. */
function isUserAndPassword(word: string): boolean {
  if (word.length % 4 !== 0) return false;
  return /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]{4,}$/.test(Buffer.from(word, "base64").toString("latin1"));
}
