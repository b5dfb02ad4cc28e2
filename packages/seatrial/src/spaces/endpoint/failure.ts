import { isToolError } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { type SpaceErrorCode, spaceError } from "../errors.ts";

export interface BrokerErrorMessage {
  code: string;
  message: string;
  hint?: string | undefined;
  log?: string[] | undefined;
}

export interface Failure {
  status: number;
  body: BrokerErrorMessage;
}

const STATUS: Partial<Record<string, number>> = {
  SPACE_UNAUTHORIZED: 401,
  SPACE_REQUEST_INVALID: 400,
  SPACE_NOT_DEFINED: 404,
  SPACE_UNKNOWN: 404,
  SPACE_KIND_UNKNOWN: 422,
  CONFIG_TEMPLATE_INVALID: 422,
  TEMPLATE_FAILED: 502,
  SPACE_NOT_MADE: 502,
  SPACE_SERVER_LOST: 502,
  SPACE_WAIT_OVER: 503,
  BROKER_CLOSED: 503,
} satisfies Partial<Record<SpaceErrorCode, number>>;

/** What of the tool's own fails is not the client's fault. */
const TOOL_FAILED = 502;
const BUG = 500;

/** An error as the protocol says it. */
export function failureOf(error: unknown): Failure {
  const { code, message, hint, lastLines } = problemOf(error);
  const status = isToolError(error) ? (STATUS[code] ?? TOOL_FAILED) : BUG;
  return { status, body: { code, message, hint, log: lastLines } };
}

/** The answer to what is not of the protocol. */
export function refusal(options: { status?: number; message: string; hint?: string }): Failure {
  const failure = failureOf(spaceError({ code: "SPACE_REQUEST_INVALID", ...options }));
  return { ...failure, status: options.status ?? failure.status };
}
