/**
 * The same text in memory of its own. A piece cut out of a long string keeps the whole string alive, so whatever outlives
 * the chunk that it came from goes through here.
 */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}

/** At most `limit` characters of a text's beginning, with a note of what is missing. */
export function clipEnd(text: string, limit: number): string {
  if (text.length <= limit) return detached(text);
  return `${detached(text.slice(0, limit))}… (${text.length - limit} more characters)`;
}

/** The last lines of a text, blank ones at its end left out. */
export function lastLinesOf(text: string, count: number): string[] {
  const lines = text.trimEnd().split("\n");
  return lines.length === 1 && lines[0] === "" ? [] : lines.slice(-count);
}

/** `1 test`, `2 tests`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** A command for people: words with blanks in quotes, long ones cut. */
export function commandText(argv: readonly string[]): string {
  const words = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)));
  return clipEnd(words.join(" "), 200);
}
