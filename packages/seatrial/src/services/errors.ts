import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ServiceErrorCode =
  /** It ended before it was ready or while it was needed, or a one-shot failed. */
  | "SERVICE_EXITED"
  /** Its container's memory limit ended it. */
  | "SERVICE_OUT_OF_MEMORY"
  /** It did not become ready, or a one-shot did not end, within its deadline. */
  | "SERVICE_NOT_READY"
  /** Its process could not be started. Exit code 2 when its image is not held and may not be pulled. */
  | "SERVICE_NOT_STARTED";

export interface ServiceErrorOptions {
  code: ServiceErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  lastLines?: string[] | undefined;
  exitCode?: ExitCode | undefined;
}

/** An error of a service. Exit code 1: what the user brought did not work. */
export function serviceError(options: ServiceErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.failed, ...options });
}
