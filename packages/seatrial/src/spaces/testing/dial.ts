import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { memoryDuplexPair } from "../../agent/testing/index.ts";

/** A connection in memory to something that accepts connections. */
export function dial(endpoint: { accept(connection: Duplex): void }): Duplex {
  const [ours, theirs] = memoryDuplexPair();
  endpoint.accept(theirs);
  return ours;
}

export interface AskOptions {
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  bodyText?: string;
}

export interface Asked {
  status: number;
  headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with what they expect
  body: any;
}

/** One request over a connection of its own. */
export async function ask(connection: Duplex, options: AskOptions): Promise<Asked> {
  const { response, connection: used } = await askOpen(connection, options);
  let text = "";
  for await (const chunk of response) text += String(chunk);
  used.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) };
}

/** The same, as far as the headers; the answer and its connection stay open. */
export async function askOpen(
  connection: Duplex,
  options: AskOptions,
): Promise<{ response: IncomingMessage; connection: Duplex }> {
  const {
    method,
    path,
    headers = {},
    body,
    bodyText = body === undefined ? undefined : JSON.stringify(body),
  } = options;
  const request = httpRequest({
    method,
    path,
    headers,
    createConnection: () => connection as never,
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.end(bodyText);
  });
  return { response, connection };
}
