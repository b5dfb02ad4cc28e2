import { parseDuration } from "../../config/index.ts";
import type { Duration } from "../../model/index.ts";
import { cliError } from "../errors.ts";

/** Reads a flag's length of time: `5m`, `8h`, `1h30m`. Fails with DURATION_INVALID. */
export function durationOf(flag: string, text: string): Duration {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw cliError({
    code: "DURATION_INVALID",
    message: `${flag} ${text} is no length of time.`,
    hint: "Write a number with a unit, such as 5m, 8h or 1h30m; at most 24 days.",
  });
}
