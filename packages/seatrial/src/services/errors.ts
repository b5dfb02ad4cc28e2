import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ServiceErrorCode =
  | "SERVICE_EXITED"
  | "SERVICE_OUT_OF_MEMORY"
  | "SERVICE_NOT_READY"
  | "SERVICE_NOT_STARTED"
  | "SERVICE_DEPENDENCY_FAILED"
  | "SERVICE_UNKNOWN";

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
