import { MongoServerError } from "mongodb";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";

/** What the server said, or that it said nothing, as an error of spaces. One that is ours already stays as it is. */
export function failureOf(error: unknown, options: { service: string; doing: string }): ToolError {
  const { service, doing } = options;
  if (isToolError(error) && /^(SPACE|TEMPLATE)_/.test(error.code)) return error;
  if (error instanceof MongoServerError) {
    return spaceError({
      code: "SPACE_NOT_MADE",
      message: `${service}: ${doing} failed: ${error.message}`,
      hint: [13, 18].includes(Number(error.code)) ? LOGIN_HINT : undefined,
      cause: error,
    });
  }
  return spaceError({
    code: "SPACE_SERVER_LOST",
    message: `${service} no longer answers: ${doing} failed: ${messageOf(error)}`,
    hint: `look at the service's log: seatrial logs ${service}`,
    cause: error,
  });
}

const LOGIN_HINT =
  "give the administrator's account in the service's MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD";
