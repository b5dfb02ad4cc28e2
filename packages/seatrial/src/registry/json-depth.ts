const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** False when JSON text nests objects and arrays deeper than `max`. Looks at brackets only: the text may still be no JSON. */
export function checkDepth(text: Buffer, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    // { and [, } and ]
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > max) return false;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return true;
}
