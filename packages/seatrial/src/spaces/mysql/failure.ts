import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";

/** What the server or the connection to it said, as an error of spaces. One that is ours already stays as it is. */
export function failureOf(error: unknown, options: { service: string; doing: string }): ToolError {
  if (isToolError(error) && /^(SPACE|TEMPLATE)_/.test(error.code)) return error;
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${options.service}: ${options.doing} failed: ${messageOf(error)}`,
    hint: hintOf(error),
    cause: error,
  });
}

/** Nobody answers there any more. */
export function lostServer(error: unknown, service: string): ToolError {
  if (isToolError(error, "SPACE_SERVER_LOST")) return error;
  return spaceError({
    code: "SPACE_SERVER_LOST",
    message: `${service} no longer takes connections: ${messageOf(error)}`,
    hint: `look at the service's log: seatrial logs ${service}`,
    cause: error,
  });
}

/** The server's number of an error, when it is one of the server. */
export function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const number = (error as Error & { errno?: unknown }).errno;
  return typeof number === "number" && number > 0 ? number : undefined;
}

export const SERVER_ERROR = {
  tooManyConnections: 1040,
  accessDenied: 1045,
  noSuchThread: 1094,
  lockWaitOver: 1205,
} as const;

function hintOf(error: unknown): string | undefined {
  const number = errorNumber(error);
  if (number === SERVER_ERROR.tooManyConnections) {
    return "raise max_connections in the service's command, or run fewer tests at once";
  }
  if (number === 1044 || number === 1227) {
    return "the administrator lacks a right: give the service's root password in MYSQL_ROOT_PASSWORD or MARIADB_ROOT_PASSWORD";
  }
  return undefined;
}
