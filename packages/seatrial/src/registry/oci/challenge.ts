/** One way in that a server offers: `Bearer realm="…",service="…"`. */
export interface Challenge {
  /** In small letters. */
  scheme: string;
  /** By name in small letters. */
  parameters: Record<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`^(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`);
const SCHEME = new RegExp(`^(${TOKEN})(?:\\s+|$|(?=,))`);
/** What some schemes have in place of parameters: `Negotiate abc==`. */
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*\s*(?=,|$)/;

/** Reads WWW-Authenticate, with all challenges of all its lines. What is no challenge is left out. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = (header ?? "").slice(0, 8192).trim();
  while (rest !== "") {
    const separator = /^[\s,]+/.exec(rest);
    if (separator !== null) rest = rest.slice(separator[0].length);
    const current = challenges.at(-1);
    const parameter = PARAMETER.exec(rest);
    if (parameter !== null && current !== undefined) {
      const [whole, name = "", quoted, plain] = parameter;
      const value = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
      // The first one counts: a second realm must not replace it.
      current.parameters[name.toLowerCase()] ??= value;
      rest = rest.slice(whole.length);
      continue;
    }
    const scheme = parameter === null ? SCHEME.exec(rest) : null;
    if (scheme === null) {
      rest = rest.replace(/^[^,]*/, "");
      continue;
    }
    challenges.push({ scheme: (scheme[1] ?? "").toLowerCase(), parameters: Object.create(null) });
    rest = rest.slice(scheme[0].length);
    if (!PARAMETER.test(rest)) rest = rest.replace(TOKEN68, "");
  }
  return challenges;
}
