const LONGEST = 100;

/** A part of a unit's path: other characters than letters, digits, `.`, `_` and `-` become `-`. */
export function unitName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, LONGEST);
  return /^[A-Za-z0-9]/.test(name) ? name : `x${name}`.slice(0, LONGEST);
}
