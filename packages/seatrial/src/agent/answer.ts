import { constants } from "node:http2";
import { deferred } from "../support/abort.ts";
import type { ToolError } from "../support/error.ts";
import type { AgentRequest, Connection } from "./connection.ts";
import { type AgentErrorCode, agentError } from "./errors.ts";
import { type Exchange, endedWell } from "./exchange.ts";
import { type Check, checkFailure, parseWith } from "./payloads.ts";

/** The longest JSON answer that is read, in bytes. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** What the agent's refusals may be. Anything else it says is AGENT_PROTOCOL. */
const REFUSALS: readonly AgentErrorCode[] = [
  "PROCESS_NOT_STARTED",
  "PROCESS_NOT_FOUND",
  "FILE_NOT_FOUND",
  "FILE_FAILED",
  "TUNNEL_REFUSED",
  "RELAY_FAILED",
];

export interface JsonRequest<T> extends Omit<AgentRequest, "body"> {
  /** The body. */
  json?: unknown;
  check: Check<T>;
}

/** One question, one answer, both small. Fails with the agent's own error code when it refuses. */
export async function askJson<T>(connection: Connection, request: JsonRequest<T>): Promise<T> {
  const body = request.json === undefined ? undefined : JSON.stringify(request.json);
  const exchange = await connection.open({ ...request, body: body !== undefined });
  if (body !== undefined) exchange.stream.end(body);
  return await readJson(exchange, request);
}

/** A request without an answer beyond yes. */
export async function askDone(connection: Connection, request: Omit<AgentRequest, "body">): Promise<void> {
  const exchange = await connection.open({ ...request, body: false });
  const body = readAll(exchange);
  const status = await exchange.status;
  if (status >= 400) throw refusal(await body, request.what);
}

/** The JSON answer of an exchange whose body has been sent, or its refusal. */
export async function readJson<T>(
  exchange: Exchange,
  request: { what: string; check: Check<T> },
): Promise<T> {
  const body = readAll(exchange);
  const status = await exchange.status;
  const bytes = await body;
  if (status >= 400) throw refusal(bytes, request.what);
  return parseWith(request.check, bytes);
}

/** Resolves when the agent said yes, with the answer's body still to be read. Fails with its error code when it refuses. */
export async function accepted(exchange: Exchange, what: string): Promise<void> {
  const status = await exchange.status;
  if (status >= 400) throw refusal(await readAll(exchange), what);
}

/** Reads an answer to its end. */
function readAll(exchange: Exchange): Promise<Buffer> {
  const { stream } = exchange;
  const whole = deferred<Buffer>();
  // The answer's head fails first, and for the same reason.
  whole.promise.catch(() => undefined);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let ended = false;
  const finish = () => {
    ended = true;
    whole.resolve(Buffer.concat(chunks));
  };
  const onClose = () => {
    // An answer without a body may be over before it is read.
    if (!ended && stream.rstCode === constants.NGHTTP2_NO_ERROR) finish();
    else if (!ended) void exchange.failure().then(whole.reject);
  };
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_ANSWER) exchange.cancel();
  });
  stream.once("end", () => {
    if (endedWell(stream)) finish();
  });
  if (stream.destroyed) onClose();
  else stream.once("close", onClose);
  return whole.promise;
}

/** The agent's `{code, message}` as an error. */
export function refusal(bytes: Buffer, what: string): ToolError {
  const { code, message } = parseWith(checkFailure, bytes);
  // The agent says AGENT_PROTOCOL too, of what we sent.
  const known = REFUSALS.find((name) => name === code);
  return agentError({
    code: known ?? "AGENT_PROTOCOL",
    message: `${what} failed: ${known === undefined ? `${code}: ` : ""}${message}`,
    cause: new Error(message),
  });
}
