import type { Duration } from "../model/index.ts";
import { parseDuration } from "./quantity.ts";
import { asFlag, asNumber, asRecord, asTexts, isBlank } from "./value.ts";

/** What a service's own `healthcheck` says. Its pace is ours; its patience is kept as a deadline. */
export type ComposeHealth =
  | { kind: "none" }
  | {
      kind: "command";
      /** To be asked as a `command` probe. Absent: the image's own test, with this patience. */
      argv?: string[] | undefined;
      /** For one attempt. Default 30 s, as in Compose. */
      timeout: Duration;
      /** At least 60 s, more where `start_period` and `interval` × `retries` say more. */
      deadline: Duration;
    };

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_INTERVAL = 30_000;
const DEFAULT_RETRIES = 3;
const LEAST_DEADLINE = 60_000;

/** Reads a `healthcheck`; undefined when the service has none of its own. */
export function healthOf(service: Record<string, unknown>): ComposeHealth | undefined {
  const written = asRecord(service["healthcheck"]);
  if (isBlank(written)) return undefined;
  const test = toTest(written["test"]);
  if (asFlag(written["disable"]) || test[0] === "NONE") return { kind: "none" };
  const interval = parseDuration(written["interval"]) ?? DEFAULT_INTERVAL;
  const patience =
    (parseDuration(written["start_period"]) ?? 0) +
    interval * (asNumber(written["retries"]) ?? DEFAULT_RETRIES);
  return {
    kind: "command",
    argv: toArgv(test),
    timeout: parseDuration(written["timeout"]) || DEFAULT_TIMEOUT,
    // Compose's defaults alone say nothing of what the service needs.
    deadline: hasPatience(written) ? Math.max(LEAST_DEADLINE, patience) : LEAST_DEADLINE,
  };
}

function toTest(written: unknown): string[] {
  return typeof written === "string" ? ["CMD-SHELL", written] : asTexts(written);
}

function toArgv([kind, ...rest]: string[]): string[] | undefined {
  if (kind === "CMD") return rest;
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : undefined;
}

function hasPatience(written: Record<string, unknown>): boolean {
  return ["interval", "retries", "start_period"].some((key) => !isBlank(written[key]));
}
