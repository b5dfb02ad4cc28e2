import { createRedactor } from "../../support/redact.ts";
import { MASK, redactText } from "./redact-text.ts";
import { looksSecret } from "./secret-names.ts";

/** Replaces what may be secret in the words of a command line; each stays where it is. */
export type RedactCommandLine = (words: readonly string[]) => string[];

/**
 * Knows values by `redact`, those of variables of the program that look secret, passwords of its URLs, and secrets by their names and
 * forms. A secret that follows a flag like `-p` cannot be told from other words.
 */
export function commandLineRedactor(options: {
  redact: (text: string) => string;
  environment: Readonly<Record<string, string>>;
}): RedactCommandLine {
  const known = createRedactor(secretsOf(options.environment));
  const clean = (word: string) => redactText(known.text(options.redact(word)));
  return (words) => {
    let isValueSecret = false;
    return words.map((word, at) => {
      const name = word.split("=", 1)[0] ?? "";
      const hasValue = name.length < word.length;
      const isSecret = at > 0 && PLAIN_NAME.test(name) && looksSecret(name);
      const isValue = isValueSecret && !SURELY_FLAG.test(word);
      // What was taken for a value may be a flag after all, such as -token of Go: its own value is replaced, too.
      isValueSecret = word.startsWith("-") && isSecret && !hasValue;
      if (isValue) return MASK;
      return isSecret && hasValue ? `${name}=${MASK}` : clean(word);
    });
  };
}

const PLAIN_NAME = /^-{0,2}[\w.-]+$/;
/** A value may begin with a dash, as tokens do; these are the next flag. */
const SURELY_FLAG = /^(--|-[A-Za-z]$)/;

function secretsOf(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .flatMap(([name, value]) => [...(looksSecret(name) ? [value] : []), passwordOf(value)])
    .filter((secret) => secret !== "true" && secret !== "false");
}

function passwordOf(address: string): string {
  if (!URL.canParse(address)) return "";
  const { password } = new URL(address);
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
