import { type ExitCode, ToolError } from "../support/error.ts";

export type CliErrorCode =
  /** `shell --command` cannot be split into words. */
  | "COMMAND_INVALID"
  /** `logs --lines` is no count. */
  | "COUNT_INVALID"
  /** The run has no log of this name. */
  | "LOG_NOT_FOUND"
  /** The project names no suites, and none could be guessed. */
  | "NO_SUITES"
  /** The owner of a kept run did not end within its deadline. Exit code 3. */
  | "OWNER_STUCK"
  /** There is no such run, or it is not kept any more. */
  | "RUN_NOT_FOUND"
  /** `--shard` is not of the form 2/4. */
  | "SHARD_INVALID"
  /** There is no completion script for this shell. */
  | "SHELL_UNKNOWN"
  /** `gc --max-size` is no size. */
  | "SIZE_INVALID"
  /** The user or the system stopped the program with a signal. Exit code 130. */
  | "STOPPED";

export interface CliErrorOptions {
  code: CliErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of a command's own. Exit code 2 unless said otherwise. */
export function cliError(options: CliErrorOptions): ToolError {
  return new ToolError(options);
}
