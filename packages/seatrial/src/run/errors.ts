import { type ExitCode, ToolError } from "../support/error.ts";

export type RunErrorCode =
  /** Two suites describe different apps under one name. */
  | "APP_NAME_TAKEN"
  /** No subnet of the pool was free for the run's network. Exit code 3. */
  | "NETWORK_POOL_EMPTY"
  /** The network pool cannot be cut into networks of the run's size. */
  | "NETWORK_POOL_INVALID"
  /** The project names no suites, and none could be guessed. */
  | "NO_SUITES"
  /** A service's `x-seatrial.ready` in the Compose file is no probe. */
  | "READY_INVALID"
  /** The image has no shell to open. */
  | "SHELL_MISSING"
  /** The user or the system stopped the program with a signal. Exit code 130. */
  | "STOPPED"
  /** It ran no test. */
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
