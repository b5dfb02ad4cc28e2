const WORDS = new Set(
  "key keys pass pwd pw auth authorization cookie sas sig signature salt jwt dsn".split(" "),
);
const PARTS =
  /token|secret|passw|passphrase|credential|apikey|accesskey|privatekey|connectionstring|accountkey/;

/** True for the name of a flag, variable or field whose value is likely to be secret: `--api-key`, `API_KEY`, `apiKey`. */
export function looksSecret(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word) => WORDS.has(word)) || PARTS.test(words.join(""));
}

/** True where a value has parts of its own, such as a scheme and a token, or several cookies: nobody can tell where it ends. */
export function isHeaderName(name: string): boolean {
  return wordsOf(name).some((word) => word === "authorization" || word === "cookie");
}

function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ")
    .toLowerCase()
    .split(/[^\p{L}\p{Nd}]+/u)
    .filter((word) => word !== "");
}
