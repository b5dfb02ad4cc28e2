import { type ExitCode, ToolError } from "../support/error.ts";

export type RunErrorCode =
  /** Two suites describe different apps under one name, or an app has the name of a service. */
  | "APP_NAME_TAKEN"
  /** No subnet of the pool was free for the run's network. Exit code 3. */
  | "NETWORK_POOL_EMPTY"
  /** The network pool cannot be cut into networks of the run's size. */
  | "NETWORK_POOL_INVALID"
  /** Containers, networks or volumes of the run are still there: the engine did not remove them. Exit code 3. */
  | "NOT_REMOVED"
  /** A service's `x-seatrial.ready` in the Compose file is no probe. */
  | "READY_INVALID"
  /** The image has no shell to open. */
  | "SHELL_MISSING"
  /** A definition of spaces asks for what its kind of server cannot do. */
  | "SPACES_INVALID"
  /** The folder for what runs hold on this machine cannot be written. */
  | "STATE_NOT_WRITABLE";

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
