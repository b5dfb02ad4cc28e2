/**
 * The error codes in the source, by code: the domains that mention them, the files that raise them, and the exit codes that a call
 * gives them. `sources` are texts by path.
 */
export function raisedCodes(sources, EXIT) {
  const codes = new Map();
  for (const [path, text] of Object.entries(sources)) {
    const inUnion = path.endsWith("/errors.ts");
    for (const match of text.matchAll(/(\bcode: )?"([A-Z][A-Z0-9_]+)"/g)) {
      const [, isRaised, name] = match;
      if (inUnion && !isRaised) continue;
      const entry = codes.get(name) ?? { domains: new Set(), places: new Set(), exitCodes: new Set() };
      codes.set(name, entry);
      // Some are handed over as arguments first, so every mention counts for its domain.
      entry.domains.add(path.split("/")[0]);
      if (!isRaised) continue;
      entry.places.add(path);
      const exit = /\bexitCode: (?:EXIT\.(\w+)|(\d+))/.exec(objectAround(text, match.index));
      if (exit !== null) entry.exitCodes.add(String(exit[2] ?? EXIT[exit[1]]));
    }
  }
  return codes;
}

/** The innermost braces around a place. Strings with lone braces in them would mislead it; no raised error has one. */
function objectAround(text, at) {
  let start = at;
  for (let depth = 0; start >= 0; start -= 1) {
    if (text[start] === "}") depth += 1;
    if (text[start] === "{" && depth-- === 0) break;
  }
  let end = at;
  for (let depth = 0; end < text.length; end += 1) {
    if (text[end] === "{") depth += 1;
    if (text[end] === "}" && depth-- === 0) break;
  }
  return text.slice(start, end);
}
