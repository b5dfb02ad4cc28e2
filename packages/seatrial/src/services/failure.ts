import type { ProcessExit } from "../agent/index.ts";
import type { Log } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import { serviceError } from "./errors.ts";

const SHOWN_LINES = 20;

/** Why a service that ended by itself has failed. */
export function exitFailure(options: {
  service: string;
  exit: ProcessExit;
  log: Log;
  when: string;
}): ToolError {
  const { service, exit, log, when } = options;
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const lastLines = log.lastLines(SHOWN_LINES);
  if (exit.outOfMemory) {
    return serviceError({
      code: "SERVICE_OUT_OF_MEMORY",
      message: `Service ${service} was killed ${when}: its container reached its memory limit (${how}).`,
      hint: "Raise mem_limit (or deploy.resources.limits.memory) of the service in the Compose file.",
      lastLines,
    });
  }
  return serviceError({
    code: "SERVICE_EXITED",
    message: `Service ${service} ended ${when} with ${how}.`,
    hint:
      lastLines.length === 0
        ? "It printed nothing. Check its command and entrypoint in the Compose file."
        : `The whole log is in the run's folder: ${log.file}.`,
    lastLines,
  });
}
