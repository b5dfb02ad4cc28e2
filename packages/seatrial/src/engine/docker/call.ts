import type { IncomingMessage } from "node:http";
import type { Duplex, Readable } from "node:stream";
import type { ToolError } from "../../support/error.ts";

/** One question to the engine. */
export interface DockerCall {
  method: "GET" | "POST" | "DELETE";
  /** Without the API version, escaped. */
  path: string;
  query?: Record<string, string | undefined> | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it comes. */
  upload?: Readable | undefined;
  headers?: Record<string, string> | undefined;
  /** What is being done, for messages: `create container web`. */
  what: string;
  /** Statuses of 400 or more that are no failure: `json` then gives undefined. */
  accepts?: number[] | undefined;
  /** Gives a refusal its meaning; undefined leaves it to ENGINE_FAILED. */
  refused?: ((refusal: Refusal) => ToolError | undefined) | undefined;
  /** Milliseconds until the answer must have begun (for `json`: ended). Default: the client's. */
  answerWithin?: number | undefined;
  signal: AbortSignal;
}

/** An answer with a status of 400 or more. */
export interface Refusal {
  status: number;
  /** The engine's own words. */
  message: string;
}

/** Asks one engine, over kept connections. */
export interface DockerClient {
  /** The parsed answer; undefined when it is empty. */
  json(call: DockerCall): Promise<unknown>;
  /** The answer as a stream, once its head has come. The reader must read it to its end or destroy it. */
  open(call: DockerCall): Promise<IncomingMessage>;
  /** Takes the connection over after the engine agreed. `head` came together with its answer. */
  upgrade(call: DockerCall): Promise<{ socket: Duplex; head: Buffer }>;
}

/** The query with what is defined, or nothing. */
export function queryString(query: DockerCall["query"]): string {
  const defined = Object.entries(query ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return defined.length === 0 ? "" : `?${new URLSearchParams(defined)}`;
}

/** The filter of list calls for all of these labels. */
export function labelFilter(labels: Record<string, string>): string | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return wanted.length === 0 ? undefined : JSON.stringify({ label: wanted });
}
