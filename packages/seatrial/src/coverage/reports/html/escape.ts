import { escapeMarkup } from "../xml.ts";

// They turn the direction of what follows: code that is shown must not read otherwise than it runs.
const TURNING = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** Text of unknown origin for an element or a quoted attribute; characters that steer become visible names. */
export function escapeText(text: string): string {
  return escapeMarkup(
    text.replace(TURNING, (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`),
  );
}
