import type { Duration, ServiceSpec } from "../model/index.ts";
import { parseDuration } from "./quantity.ts";
import { asPairs, asText, asTexts } from "./value.ts";

const STOP_GRACE: Duration = 10_000;

export type ProcessPart = Pick<
  ServiceSpec,
  | "entrypoint"
  | "command"
  | "workingDir"
  | "user"
  | "env"
  | "hostname"
  | "stopSignal"
  | "stopGrace"
  | "labels"
>;

/** What the service's process is, and how it is started and ended. */
export function processOf(service: Record<string, unknown>): ProcessPart {
  const entrypoint = argumentsOf(service["entrypoint"]);
  return {
    entrypoint,
    // As in Docker: an entrypoint of one's own does away with the image's command.
    command: argumentsOf(service["command"]) ?? (entrypoint?.length ? [] : undefined),
    workingDir: asText(service["working_dir"]),
    user: asText(service["user"]),
    env: asPairs(service["environment"]),
    hostname: asText(service["hostname"]),
    stopSignal: asText(service["stop_signal"]),
    stopGrace: parseDuration(service["stop_grace_period"]) ?? STOP_GRACE,
    labels: asPairs(service["labels"]),
  };
}

/** Absent is the image's own, an empty list is none. */
function argumentsOf(written: unknown): string[] | undefined {
  return written === null || written === undefined ? undefined : asTexts(written);
}
