import { type ExitCode, ToolError } from "../support/error.ts";

export type RunErrorCode =
  | "APP_NAME_TAKEN"
  | "NETWORK_POOL_EMPTY"
  | "NETWORK_POOL_INVALID"
  | "NO_SUITES"
  | "READY_INVALID"
  | "SHELL_MISSING"
  | "STOPPED"
  | "SUITE_EMPTY";

export interface RunErrorOptions {
  code: RunErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of a run as a whole. Exit code 2 unless said otherwise. */
export function runError(options: RunErrorOptions): ToolError {
  return new ToolError(options);
}
