/** The words of a command, or what is wrong with it. */
export type Words = { words: string[] } | { problem: string };

const SHELL_SIGN = /[;&|<>`()]/;

/**
 * Splits a command into words as Compose does: quotes and backslashes count, nothing else does. What only a shell could do
 * (pipes, redirections, several commands) is a problem, because it would be handed to the program as text.
 */
export function splitWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else if (char === "\\" && quote === '"' && /["\\$`]/.test(text.charAt(at + 1))) {
        at += 1;
        word += text.charAt(at);
      } else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (char === "\\") {
      if (at + 1 >= text.length) return { problem: "it ends with a backslash" };
      at += 1;
      if (text.charAt(at) !== "\n") word = (word ?? "") + text.charAt(at);
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (SHELL_SIGN.test(char)) {
      return { problem: `"${char}" needs a shell: quote it, or write [sh, -c, "…"]` };
    } else word = (word ?? "") + char;
  }
  if (quote !== undefined) return { problem: `a ${quote} is never closed` };
  if (word !== undefined) words.push(word);
  return words.length === 0 ? { problem: "it is empty" } : { words };
}
