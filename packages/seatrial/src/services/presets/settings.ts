import type { PresetContext } from "./preset.ts";

/**
 * The first of the variables that is set, or the text of the file that the same name with `_FILE` names, as the entrypoints
 * of official images read them. Empty counts as not set.
 */
export function setting(context: PresetContext, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = context.env[name];
    if (value) return value;
    const path = context.env[`${name}_FILE`];
    // A shell's $(<file) drops the newlines at the end.
    const text = path ? context.fileText(path)?.replace(/\n+$/, "") : undefined;
    if (text) return text;
  }
  return undefined;
}

/** The last value that the words give to one of the options: `--port 1`, `--port=1` or, for a single letter, `-p1`. */
export function optionValue(words: readonly string[], options: readonly string[]): string | undefined {
  let found: string | undefined;
  for (const [index, word] of words.entries()) {
    for (const option of options) {
      const attached = option.startsWith("--") ? `${option}=` : option;
      if (word === option) found = words[index + 1];
      else if (word.startsWith(attached) && word.length > attached.length)
        found = word.slice(attached.length);
    }
  }
  return found;
}

/** The first of the texts that is a port; else the default. */
export function portOf(texts: readonly (string | undefined)[], otherwise: number): number {
  for (const text of texts) {
    const port = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
    if (port >= 1 && port <= 65_535) return port;
  }
  return otherwise;
}
