import type { WorkloadExit } from "../engine/index.ts";
import type { Duration } from "../model/index.ts";
import { formatDuration } from "../model/index.ts";
import { isToolError, messageOf, type ToolError } from "../support/error.ts";
import { agentError } from "./errors.ts";
import type { Loss } from "./loss.ts";

/** Why an agent is lost, as its container's end tells. */
export async function lossOf(exit: Promise<WorkloadExit>): Promise<Loss> {
  try {
    return { reason: `the container ended with ${describeExit(await exit)}` };
  } catch (cause) {
    if (isToolError(cause, "OWNER_STOPPED")) return { reason: cause.message, cause };
    return { reason: `its stream ended, and so did the wait for its container: ${messageOf(cause)}`, cause };
  }
}

/** OWNER_STOPPED. */
export function ownerStopped(pause: Duration): ToolError {
  return agentError({
    code: "OWNER_STOPPED",
    message: `this program did not run for ${formatDuration(pause)}, and its containers wait a minute for a sign of life`,
    hint: "It was stopped (Ctrl-Z, a debugger) or the machine slept: run again. A run that is stopped goes on if it is continued within a minute.",
  });
}

/**
 * Of an agent that is lost: the engine's failure, what kept this program from running, or the loss itself where the engine says nothing. Undefined when the container
 * has ended, which is not the engine's fault.
 */
export async function engineLoss(
  exit: Promise<WorkloadExit>,
  loss: Pick<ToolError, "message"> & Partial<Pick<ToolError, "hint" | "lastLines">>,
): Promise<ToolError | undefined> {
  const { message, hint, lastLines } = loss;
  const unsaid = () => agentError({ code: "AGENT_LOST", message, hint, lastLines });
  try {
    return (await Promise.race([exit, undefined])) === undefined ? unsaid() : undefined;
  } catch (error) {
    return isToolError(error) ? error : unsaid();
  }
}

function describeExit({ exitCode, outOfMemory }: WorkloadExit): string {
  if (outOfMemory === true) return `exit code ${exitCode} (out of memory)`;
  // 128 and the number of SIGKILL.
  return exitCode === 137 ? "exit code 137 (killed)" : `exit code ${exitCode}`;
}

/** True when the container has ended by itself within the time. */
export async function endsWithin(exit: Promise<WorkloadExit>, ms: Duration): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const ended = exit.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}
