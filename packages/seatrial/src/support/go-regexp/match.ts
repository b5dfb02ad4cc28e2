import { runInNewContext } from "node:vm";
import { translate } from "./translate.ts";

/** Whether a text holds a match of a Go regular expression; undefined when that was not known after `limitMs`. */
export function goMatches(expression: string, text: string, limitMs = 5_000): boolean | undefined {
  const regexp = new RegExp(translate(expression), "u");
  try {
    // Go's engine takes time linear in the text; this one can take for ever, and nothing but a context of its own can stop it.
    return runInNewContext("regexp.test(text)", { regexp, text }, { timeout: limitMs }) === true;
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  }
}

/** It is an Error of the other context. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
