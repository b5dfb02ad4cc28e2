import stringWidth from "fast-string-width";

const ASCII = /^[ -~]*$/;
/** Of a shortened text, what is left of its end. */
const END = 5;
const ESCAPE = /(\u001b\[[0-9;]*m)/;

/** How many columns of a terminal a text takes: two for most Asian characters and emoji, none for escape sequences. */
export function columnsOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text with blanks at its end, so that it takes this many columns. */
export function padColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}

/** As much of the beginning as these columns have room for. Escape sequences stay, also behind the cut. */
export function cutColumns(text: string, width: number): string {
  let room = width;
  const cut = (part: string) => {
    const kept = firstOf(charactersOf(part), room).join("");
    // A blank that would still fit behind the cut is not shown either.
    room = kept.length < part.length ? 0 : room - columnsOf(kept);
    return kept;
  };
  return text
    .split(ESCAPE)
    .map((part) => (part.startsWith("\u001b") ? part : cut(part)))
    .join("");
}

/** A text that is too wide without its middle: names that are alike mostly differ at their end. */
export function shortenColumns(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const characters = charactersOf(text);
  const end = firstOf(characters.toReversed(), END).toReversed();
  return [...firstOf(characters, width - END - 1), "…", ...end].join("");
}

/** The first characters that have room together. */
function firstOf(characters: readonly string[], width: number): string[] {
  let room = width;
  const end = characters.findIndex((character) => {
    room -= columnsOf(character);
    return room < 0;
  });
  return characters.slice(0, end < 0 ? characters.length : end);
}

/** As people count them: an emoji of several code points is one. */
function charactersOf(text: string): string[] {
  return ASCII.test(text)
    ? [...text]
    : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
