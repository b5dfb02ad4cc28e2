import type { CoverageCount } from "./coverage.ts";

/** From 0 to 100, and 100 only if all is covered; undefined where there is nothing to count. */
export function percentOf({ covered, total }: CoverageCount): number | undefined {
  return total === 0 ? undefined : (100 * covered) / total;
}

/** `84.1 %`, rounded as Go's own tools do, but never up to 100: that is said only when nothing is missing. `–` for nothing to count. */
export function formatPercent(percent: number | undefined, decimals = 1): string {
  if (percent === undefined) return "–";
  if (percent >= 100) return "100 %";
  const text = roundHalfEven(percent, decimals);
  return `${Number(text) >= 100 ? (100 - 10 ** -decimals).toFixed(decimals) : text} %`;
}

function roundHalfEven(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  const scaled = value * scale;
  const below = Math.floor(scaled);
  // Exactly half way: JavaScript goes up, Go to the even one.
  if (scaled - below === 0.5 && below % 2 === 0) return (below / scale).toFixed(decimals);
  return value.toFixed(decimals);
}
