import { type ExitCode, ToolError } from "../support/error.ts";

export type RunErrorCode =
  /** Two suites describe different apps under one name, or an app has the name of a service. */
  | "APP_NAME_TAKEN"
  /** The owner of a run does not do what it was asked. */
  | "CONTROL_REFUSED"
  /** A request that an owner's control socket does not know. */
  | "CONTROL_REQUEST_INVALID"
  /** The container that claims the run's network has ended before the run. Exit code 3. */
  | "NETWORK_LOST"
  /** No subnet of the pool was free for the run's network. Exit code 3. */
  | "NETWORK_POOL_EMPTY"
  /** The network pool cannot be cut into networks of the run's size. */
  | "NETWORK_POOL_INVALID"
  /** Containers, networks or volumes of the run are still there: the engine did not remove them. Exit code 3. */
  | "NOT_REMOVED"
  /** The owner of a run has ended, or does not answer. Exit code 3. */
  | "OWNER_AWAY"
  /** A service's `x-seatrial.ready` in the Compose file is no probe. */
  | "READY_INVALID"
  /** The image has no shell to open. */
  | "SHELL_MISSING"
  /** A definition of spaces asks for what its kind of server cannot do, or a suite's variable for a part that such spaces do not have. */
  | "SPACES_INVALID"
  /** The folder for what runs hold on this machine cannot be written. */
  | "STATE_NOT_WRITABLE"
  /** Another process did not finish in time what only one may do at once. Exit code 3. */
  | "TURN_NOT_COME";

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
