import { EXIT, isToolError, messageOf } from "../support/error.ts";
import { runError } from "./errors.ts";

/**
 * Failed removals as one error: an engine that is away says the same of each thing. Undefined when `told`, the exit code of what
 * ended the run, says already that it is away. What is no error of ours stays as it is.
 */
export function removalFailure(options: { run: string; error: unknown; told?: number | undefined }): unknown {
  const { run, error, told } = options;
  const errors = leavesOf(error);
  if (!errors.every((each) => isToolError(each))) return error;
  const away = errors.every((each) => isToolError(each) && each.exitCode === EXIT.unreachable);
  if (away && told === EXIT.unreachable) return undefined;
  return runError({
    code: "NOT_REMOVED",
    message: `Something of run ${run} could not be removed: ${[...new Set(errors.map(messageOf))].join("; ")}`,
    hint: "The next run, or `seatrial gc`, removes it once the engine answers.",
    cause: error,
    exitCode: EXIT.unreachable,
  });
}

function leavesOf(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(leavesOf) : [error];
}
