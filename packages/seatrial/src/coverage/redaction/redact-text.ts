import { isHeaderName, looksSecret } from "./secret-names.ts";

export const MASK = "[redacted]";

const SPACE = "[\\t\\n\\f\\r ]";
/** What secrets look like; the groups stay. None takes more than one look at each character but for a few steps back. */
const FORMS = [
  /(:\/\/)[^\t\n\f\r "'/?#@:]+(@)/g,
  new RegExp(`(\\b(?:bearer|basic|digest)${SPACE}+)[A-Za-z0-9._~+/=-]{8,}()`, "gi"),
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----).*()/gs,
];
/** Tokens that say whose they are. */
const MARKED = /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|AKIA|ASIA|AIza)[A-Za-z0-9_-]{12,}/g;
/** A token of JSON, with its parts. What only begins like one is taken whole, so that it is looked at once. */
const TOKEN = /\beyJ(?:[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)?|[A-Za-z0-9_-]*)/g;
/** Names before `=` and before `:`, from where they begin. */
const NAMES = ["=", ":"].map(
  (sign) => new RegExp(`(?<![\\w.-])([\\w.-]+)["'\\]]?${SPACE}*${sign}${SPACE}*`, "g"),
);

/**
 * Replaces users and passwords of URLs and of data source names, values of names that look secret, and what is a token or a key by
 * its form. The rules are those of the agent's `cover_redact.go`; protocol/golden/coverage/redaction.json holds for both.
 */
export function redactText(text: string): string {
  const logins = text.replace(/[^\t\n\f\r "']+/g, (run) => withoutSource(withoutLogin(run)));
  const forms = FORMS.reduce((result, form) => result.replace(form, `$1${MASK}$2`), logins);
  const tokens = forms.replace(TOKEN, (found, parts?: string) => (parts === undefined ? found : MASK));
  return NAMES.reduce(withoutValues, tokens.replace(MARKED, MASK));
}

/** `://user:password@`; a password may hold slashes that should have been escaped. */
function withoutLogin(run: string): string {
  const end = run.lastIndexOf("@");
  const begin = end < 0 ? null : /:\/\/[^/?#@:]*:/.exec(run);
  if (begin === null || begin.index + begin[0].length > end) return run;
  return `${run.slice(0, begin.index + 3)}${MASK}${run.slice(end)}`;
}

/** `user:password@tcp(`, the same in the data source names of MySQL. */
function withoutSource(run: string): string {
  const end = [...run.matchAll(/@[a-z0-9]+\(/g)].at(-1)?.index;
  const begin = end === undefined ? null : /(?<![^/@:=])[^/@:=]+:/.exec(run);
  if (end === undefined || begin === null || begin.index + begin[0].length > end) return run;
  return `${run.slice(0, begin.index)}${MASK}${run.slice(end)}`;
}

/** The value of another name may itself hold names with values. */
function withoutValues(text: string, names: RegExp): string {
  let clean = "";
  let done = 0;
  for (const found of text.matchAll(names)) {
    const name = found[1] ?? "";
    if (found.index < done || !looksSecret(name)) continue;
    const start = found.index + found[0].length;
    const length = isHeaderName(name) ? text.length - start : valueLength(text, start);
    if (length === 0) continue;
    clean += `${text.slice(done, start)}${MASK}`;
    done = start + length;
  }
  return clean + text.slice(done);
}

/** Of what is in quotes, else of all up to what parts values. */
function valueLength(text: string, start: number): number {
  const quote = text.charAt(start);
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, start + 1);
    return (end < 0 ? text.length : end + 1) - start;
  }
  const parting = /[ \t\r\n&;,"'}]/g;
  parting.lastIndex = start;
  return (parting.exec(text)?.index ?? text.length) - start;
}
