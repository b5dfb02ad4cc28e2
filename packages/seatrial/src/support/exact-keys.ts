/**
 * The first key of an object that is none of these and that readers who ignore case take for one of them, as Go's do: what it holds is
 * one thing to them and another to us. Undefined when there is none.
 */
export function lookAlike(value: unknown, known: readonly string[]): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const folded = new Set(known.map(fold));
  return Object.keys(value).find((key) => !known.includes(key) && folded.has(fold(key)));
}

/** Two characters beyond ASCII fold to one of it: the long s and the sign of the kelvin. */
function fold(key: string): string {
  return key.replaceAll("\u017f", "s").replaceAll("\u212a", "k").toLowerCase();
}
