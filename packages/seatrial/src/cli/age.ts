import type { Duration } from "../model/index.ts";
import { cliError } from "./errors.ts";

const UNITS: Record<string, Duration> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads `90m`, `12h`, `30d`, `2w`. Fails with AGE_INVALID. */
export function parseAge(text: string): Duration {
  const [, amount, unit = ""] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  const ms = UNITS[unit];
  if (amount !== undefined && ms !== undefined) return Number(amount) * ms;
  throw cliError({
    code: "AGE_INVALID",
    message: `--max-age ${text} is no age.`,
    hint: "Write a whole number with a unit, such as 12h or 30d.",
  });
}

/** An age for people: `2 m`, `5 h`, `12 d`. */
export function formatAge(ms: Duration): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
}
