const STEPS = ["", "k", "m", "g", "t"];

/**
 * Reads `50MB`, `512m`, `1.5GiB` or a plain number of bytes. `thousand` is what a bare `k` or `kB` multiplies by: 1000 for
 * sizes on disk, 1024 for memory as Docker counts it; `KiB` is always 1024.
 */
export function parseSize(text: string, thousand: 1000 | 1024): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt])(i?b)?|b)?$/i.exec(text);
  if (match === null) return undefined;
  const base = match[3]?.toLowerCase() === "ib" ? 1024 : thousand;
  const bytes = Math.round(Number(match[1]) * base ** STEPS.indexOf(match[2]?.toLowerCase() ?? ""));
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
