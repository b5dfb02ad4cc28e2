import { engineLoss, type LaunchedWorkload, type ProcessExit } from "../agent/index.ts";
import type { Log } from "../model/index.ts";
import { isToolError, messageOf, type ToolError } from "../support/error.ts";
import { serviceError } from "./errors.ts";

const SHOWN_LINES = 20;
const MEMORY_HINT = "Raise mem_limit (or deploy.resources.limits.memory) of the service in the Compose file.";

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
      hint: MEMORY_HINT,
      lastLines,
    });
  }
  return serviceError({
    code: "SERVICE_EXITED",
    message: `Service ${service} ended ${when} with ${how}.`,
    hint: hintFor({ service, exit, printed: lastLines.length > 0, file: log.file }),
    lastLines,
  });
}

/** Why a service has failed whose agent is gone: its container ended, or the engine cannot be reached to say. */
export async function containerFailure(options: {
  service: string;
  error: unknown;
  workload: LaunchedWorkload;
  log: Log;
}): Promise<ToolError> {
  const { service, error, workload, log } = options;
  const away = isToolError(error, "AGENT_LOST") ? await engineLoss(workload.exit, error) : undefined;
  if (away !== undefined) return away;
  const lastLines = log.lastLines(SHOWN_LINES);
  const ended = await Promise.race([workload.exit, Promise.resolve(undefined)]).catch(() => undefined);
  if (ended?.outOfMemory === true) {
    return serviceError({
      code: "SERVICE_OUT_OF_MEMORY",
      message: `The container of service ${service} was killed: it reached its memory limit.`,
      hint: MEMORY_HINT,
      lastLines,
      cause: error,
    });
  }
  return serviceError({
    code: "SERVICE_EXITED",
    message: `The container of service ${service} is gone: ${messageOf(error)}.`,
    hint: "Look whether somebody removed it, or whether the engine was restarted.",
    lastLines,
    cause: error,
  });
}

function hintFor(options: { service: string; exit: ProcessExit; printed: boolean; file: string }): string {
  const { service, exit, printed, file } = options;
  if (exit.code === 0) {
    return `If it is meant to end, let what needs it depend on ${service} with condition service_completed_successfully.`;
  }
  return printed
    ? `The whole log is in the run's folder: ${file}.`
    : "It printed nothing. Check its command and entrypoint in the Compose file.";
}
