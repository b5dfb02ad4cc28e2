import { complement, LAST_POINT, PERL_SETS, type Range, type SetPart } from "./char-set.ts";
import { foldRanges } from "./fold.ts";
import type { Reader } from "./reader.ts";

const CONTROLS: Record<string, number> = { a: 0x07, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };

/** `\d`, `\S`, `\pL`, `\p{Greek}`, when such a set is ahead. */
export function readSetEscape(reader: Reader, options: { fold: boolean }): SetPart[] | undefined {
  const start = reader.offset;
  const perl = reader.match(/\\([dswDSW])/);
  const property = perl === null ? reader.match(/\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Za-z]))/) : null;
  if (perl !== null) {
    const [, letter = ""] = perl;
    const ranges = PERL_SETS[letter.toLowerCase()] ?? [];
    return setOf(ranges, { ...options, negated: letter !== letter.toLowerCase() });
  }
  if (property === null) return undefined;
  const [whole, letter, caret, long, short] = property;
  const name = long ?? short ?? "";
  const known = [name, `Script=${name}`].find(isProperty);
  if (known === undefined) return reader.fail(`no such class of characters: ${whole}`, start);
  const negated = (letter === "P") !== (caret === "^");
  if (!options.fold) return [`\\${negated ? "P" : "p"}{${known}}`];
  return setOf(rangesOf(known), { fold: true, negated });
}

/** Upper and lower case first, then the rest: what Go does too. */
export function setOf(ranges: readonly Range[], options: { fold: boolean; negated: boolean }): Range[] {
  const all = options.fold ? foldRanges(ranges) : [...ranges];
  return options.negated ? complement(all) : all;
}

/** The characters that have a property, one by one: only the engine's own tables know them. */
function rangesOf(property: string): Range[] {
  const ranges: Range[] = [];
  const has = new RegExp(`\\p{${property}}`, "u");
  let first: number | undefined;
  for (let point = 0; point <= LAST_POINT + 1; point += 1) {
    const inside = point <= LAST_POINT && has.test(String.fromCodePoint(point));
    if (inside) first ??= point;
    else if (first !== undefined) {
      ranges.push([first, point - 1]);
      first = undefined;
    }
  }
  return ranges;
}

/** Go knows general categories by their short names, scripts, and Any. */
function isProperty(name: string): boolean {
  if (!/^([A-Z][a-z]?|Any|Script=.*)$/.test(name)) return false;
  try {
    new RegExp(`\\p{${name}}`, "u");
    return true;
  } catch {
    return false;
  }
}

/** The character that a backslash and what follows stand for. */
export function readEscape(reader: Reader): number {
  const start = reader.offset;
  reader.next();
  if (reader.done) return reader.fail("a backslash at the end", start);
  const hex = reader.match(/x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    return point <= LAST_POINT ? point : reader.fail("a character beyond the last, \\x{10FFFF}", start);
  }
  const octal = reader.match(/0[0-7]{0,2}|[1-7][0-7]{1,2}/);
  if (octal !== null) return Number.parseInt(octal[0], 8);
  const char = reader.next();
  const control = CONTROLS[char];
  if (control !== undefined) return control;
  if (/[1-9]/.test(char))
    return reader.fail(`a reference back to a group (\\${char}), which Go does not have`, start);
  if (/^[\x00-\x7f]$/.test(char) && !/[0-9A-Za-z]/.test(char)) return char.codePointAt(0) ?? 0;
  return reader.fail(`no such escape: \\${char}`, start);
}
