import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { messageOf, ToolError } from "../../support/error.ts";
import type { BrokerErrorMessage } from "../endpoint/failure.ts";
import { spaceError } from "../errors.ts";

/** Requests of protocol/broker.md over connections that are dialled as they are needed, and used again. */
export interface Wire extends Disposable {
  /** Fails with the code that the broker says, or BROKER_UNREACHABLE. The answer is believed to be of the protocol. */
  ask<T>(request: WireRequest): Promise<T>;
  /** An answer that is held open: its first line, and what it hangs on. */
  hold<T>(request: WireRequest): Promise<{ message: T; held: IncomingMessage }>;
}

export interface WireRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: unknown;
  /** Breaks the request off. */
  signal: AbortSignal;
}

export interface WireOptions {
  dial(): Duplex | Promise<Duplex>;
  token?: string | undefined;
}

/** Opens nothing yet. Disposing it breaks what is open. */
export function openWire(options: WireOptions): Wire {
  const agent = dialAgent(options.dial);
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };

  async function send({ method, path, body, signal }: WireRequest): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const about =
      text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const request = httpRequest({ agent, method, path, headers: { ...headers, ...about }, signal });
    request.end(text);
    const response = await answerOf(request);
    if (response.statusCode !== undefined && response.statusCode < 300) return response;
    throw failureOf(await readJson(response));
  }

  async function guarded<T>(
    request: WireRequest,
    read: (response: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    try {
      return await read(await send(request));
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof ToolError) throw error;
      throw spaceError({
        code: "BROKER_UNREACHABLE",
        message: `The broker does not answer ${request.method} ${request.path}: ${messageOf(error)}`,
        hint: "Its owner may have ended: `seatrial space list` shows which are there.",
        exitCode: 3,
        cause: error,
      });
    }
  }

  return {
    ask: async <T>(request: WireRequest) => await guarded<T>(request, readJson),
    hold: async (request) =>
      await guarded(request, async (held) => ({ message: await readLine(held), held })),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** An agent of node:http over streams of any kind. */
function dialAgent(dial: WireOptions["dial"]): Agent {
  const agent = new Agent({ keepAlive: true, scheduling: "lifo" });
  return Object.assign(agent, {
    createConnection(_options: unknown, done: (error: Error | null, connection?: Duplex) => void): void {
      Promise.resolve()
        .then(dial)
        .then(
          (connection) => done(null, connection),
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        );
    },
    // Node's own would call what only sockets have.
    keepSocketAlive: () => true,
    reuseSocket: () => undefined,
  });
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    // Stays: a request that is broken off may fail again.
    request.on("error", reject);
  });
}

async function readJson<T>(response: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function readLine<T>(response: IncomingMessage): Promise<T> {
  return new Promise((resolve, reject) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
      if (!text.includes("\n")) return;
      response.removeAllListeners("data");
      // Nothing more comes, but its end has to be seen.
      response.resume();
      resolve(JSON.parse(text));
    });
    response.once("error", reject);
    response.once("end", () => reject(new Error("the answer ended too early")));
  });
}

function failureOf({ code, message, hint, log }: BrokerErrorMessage): ToolError {
  return new ToolError({ code, message, hint, lastLines: log, exitCode: 1 });
}
