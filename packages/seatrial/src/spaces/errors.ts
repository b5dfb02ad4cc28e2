import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type SpaceErrorCode =
  /** No space that the caller may touch has this id. */
  | "SPACE_UNKNOWN"
  /** No definition of spaces has this name. Exit code 2. */
  | "SPACE_NOT_DEFINED"
  /** The broker cannot make spaces of this service, since it does not know what kind of server it is. Exit code 2. */
  | "SPACE_KIND_UNKNOWN"
  /** The request is not of the broker's protocol, or wants a part that such a space does not have. Exit code 2 when a variable of `seatrial exec` does; in a run its suite has failed. */
  | "SPACE_REQUEST_INVALID"
  /** A test asks for a space where no broker is: neither in a run nor under `seatrial exec`. */
  | "SPACE_BROKER_MISSING"
  /** The token is missing or not this run's. */
  | "SPACE_UNAUTHORIZED"
  /** None came free in time. */
  | "SPACE_WAIT_OVER"
  /** The service behind the space is gone. */
  | "SPACE_SERVER_LOST"
  /** The server refused to make it. Exit code 2 when the service cannot be used for spaces at all. */
  | "SPACE_NOT_MADE"
  /** What every space begins with could not be built. */
  | "TEMPLATE_FAILED"
  /** A configuration template could not be rendered. */
  | "CONFIG_TEMPLATE_INVALID"
  /** The run is ending. */
  | "BROKER_CLOSED"
  /** The broker of another owner does not answer. Exit code 3. */
  | "BROKER_UNREACHABLE";

/** An error of spaces. Default exit code: 1, as for what fails in a run. */
export function spaceError(options: {
  code: SpaceErrorCode;
  message: string;
  hint?: string | undefined;
  exitCode?: ExitCode | undefined;
  cause?: unknown;
  lastLines?: string[] | undefined;
}): ToolError {
  return new ToolError({ exitCode: EXIT.failed, ...options });
}
