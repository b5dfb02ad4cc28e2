import type { Duration } from "../model/index.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest that a timer of ours can wait. */
export const LONGEST_DURATION: Duration = 24 * 24 * 3_600_000;

/** Reads `90s`, `10m`, `1h30m`, `500ms`, `1.5h`; undefined when it is none, zero, or over 24 days. */
export function parseDuration(text: string): Duration | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? Number.NaN);
  }
  const whole = Math.round(total);
  return whole > 0 && whole <= LONGEST_DURATION ? whole : undefined;
}
