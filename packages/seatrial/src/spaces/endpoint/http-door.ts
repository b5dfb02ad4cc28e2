import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Duration } from "../../model/index.ts";
import { spaceError } from "../errors.ts";
import { readBody } from "./body.ts";
import { failureOf, refusal } from "./failure.ts";

/** A request whose token was right. */
export interface Call {
  method: string;
  /** Decoded parts of the path. */
  path: string[];
  query: URLSearchParams;
  /** The body's JSON; undefined: there is none. */
  body: unknown;
  /** Aborts when the client is gone before its answer is sent, or was held open and ends. */
  gone: AbortSignal;
}

export interface Answer {
  status: number;
  body: unknown;
  /** The answer goes on after the body until the client is gone. Default: false. */
  held?: boolean;
  /** Called when the client was gone before it could have the answer. */
  onUndelivered?: () => void;
}

export interface HttpDoor {
  /** Serves HTTP on a connection until it ends. */
  accept(connection: Duplex): void;
  /** Resolves when every request that came has its answer, held ones aside, or after a short while. */
  settled(): Promise<void>;
  /** Breaks every connection. */
  close(): void;
}

export interface HttpDoorOptions {
  /** Asked before anything else of a request is looked at. */
  isAuthorized(authorization: string | undefined): boolean;
  handle(call: Call): Promise<Answer>;
  /** From the first byte of a request to the end of its headers, then again to its end. Default: 10 s. */
  patience?: Duration | undefined;
}

const PATIENCE_MS = 10_000;
/** For the last answers to leave. */
const SETTLE_MS = 1_000;

/** HTTP/1.1 over connections that come from anywhere: a socket, an agent's relay, memory. */
export function openHttpDoor(options: HttpDoorOptions): HttpDoor {
  const { patience = PATIENCE_MS } = options;
  // Clients keep connections for as long as they like: an end that comes while they send their next request would look like a failure.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  const connections = new Map<Duplex, { requests: number; timer: NodeJS.Timeout | undefined }>();
  const open = new Set<ServerResponse>();

  function accept(connection: Duplex): void {
    const state = { requests: 0, timer: undefined as NodeJS.Timeout | undefined };
    connections.set(connection, state);
    // What breaks a connection shows in its requests.
    connection.on("error", () => undefined);
    connection.once("close", () => {
      clearTimeout(state.timer);
      connections.delete(connection);
    });
    server.emit("connection", connection);
    // After the server's own listeners: it takes a socket's bytes past its events until somebody else listens.
    connection.on("data", () => {
      if (state.requests === 0) state.timer ??= setTimeout(() => connection.destroy(), patience);
    });
  }

  server.on("request", (request, response) => {
    const state = connections.get(request.socket);
    clearTimeout(state?.timer);
    if (state !== undefined) {
      state.timer = undefined;
      state.requests += 1;
      response.once("close", () => {
        state.requests -= 1;
      });
    }
    // A broken connection ends the response; nobody is left to be told.
    response.on("error", () => undefined);
    open.add(response);
    response.once("close", () => open.delete(response));
    serve(request, response, { ...options, patience })
      .then((isHeld) => isHeld && open.delete(response))
      .catch((error: unknown) => response.destroy(error as Error));
  });

  return {
    accept,
    async settled() {
      const closed = [...open].map((response) => new Promise((resolve) => response.once("close", resolve)));
      await Promise.race([Promise.all(closed), wait(SETTLE_MS, undefined, { ref: false })]);
    },
    close() {
      for (const connection of connections.keys()) connection.destroy();
    },
  };
}

/** Says whether the answer is held open. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpDoorOptions & { patience: Duration },
): Promise<boolean> {
  if (!options.isAuthorized(request.headers.authorization)) {
    response.setHeader("WWW-Authenticate", "Bearer");
    return send(response, { ...failureOf(unauthorized()), last: true });
  }
  const target = readTarget(request.url ?? "/");
  if (target === undefined)
    return send(response, { ...refusal({ message: "The request's path is not readable" }), last: true });
  const body = await readBody(request, options.patience);
  if (body.kind === "refused") return send(response, { ...refusal(body), last: true });
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client is gone"));
  });
  const call = { method: request.method ?? "GET", ...target, body: body.json, gone: gone.signal };
  const answer: Answer = await options.handle(call).catch(failureOf);
  if (!request.socket.destroyed) return send(response, answer);
  answer.onUndelivered?.();
  return false;
}

function send(response: ServerResponse, answer: Answer & { last?: boolean }): boolean {
  const { onUndelivered } = answer;
  if (onUndelivered !== undefined)
    response.once("close", () => {
      if (!response.writableFinished) onUndelivered();
    });
  const text = `${JSON.stringify(answer.body)}\n`;
  response.statusCode = answer.status;
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-store");
  if (answer.last === true) response.setHeader("Connection", "close");
  if (answer.held === true) {
    response.write(text);
  } else {
    response.setHeader("Content-Length", Buffer.byteLength(text));
    response.end(text);
  }
  return answer.held === true;
}

function readTarget(url: string): { path: string[]; query: URLSearchParams } | undefined {
  const [path = "", ...query] = url.split("?");
  try {
    return {
      path: path.split("/").slice(1).map(decodeURIComponent),
      query: new URLSearchParams(query.join("?")),
    };
  } catch {
    return undefined;
  }
}

function unauthorized() {
  return spaceError({
    code: "SPACE_UNAUTHORIZED",
    message: "The broker does not know this token",
    hint: "Send SEATRIAL_TOKEN as `Authorization: Bearer …`; each run has tokens of its own.",
  });
}
