import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createRawServer, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Engine } from "../../engine.ts";
import { connectDocker, type DockerEndpoint, type DockerOptions } from "../index.ts";

/** A server on a unix socket that answers as an engine would, or as one would not. */
export interface FakeEngine extends AsyncDisposable {
  endpoint: DockerEndpoint;
  socket: string;
  /** Connections so far. */
  connections(): number;
  /** What was asked, without greetings: `POST /v1.41/containers/create?name=x`. */
  requests: string[];
  connect(options?: Partial<DockerOptions>): Engine;
}

/** Answers requests; the greeting is answered already. */
export type FakeHandler = (request: FakeRequest, response: ServerResponse) => void | Promise<void>;

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export async function startFakeEngine(
  handler: FakeHandler,
  options: { apiVersion?: string; onUpgrade?: (socket: Socket) => void } = {},
): Promise<FakeEngine> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://docker");
    if (url.pathname === "/_ping") {
      response.setHeader("api-version", options.apiVersion ?? "1.41");
      response.end("OK");
      return;
    }
    requests.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      void handler(asked, response);
    });
  });
  // Without a listener, Node answers a request for an upgrade as a plain one.
  const { onUpgrade } = options;
  if (onUpgrade !== undefined) {
    server.on("upgrade", (request, socket) => {
      requests.push(`${request.method} ${request.url}`);
      onUpgrade(socket as Socket);
    });
  }
  return await listen(server, requests);
}

/** A server that gets bare connections. */
export async function startRawEngine(onConnection: (socket: Socket) => void): Promise<FakeEngine> {
  return await listen(createRawServer(onConnection), []);
}

async function listen(server: Server | NetServer, requests: string[]): Promise<FakeEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-engine-"));
  const socket = path.join(folder, "docker.sock");
  const open = new Set<Socket>();
  let connections = 0;
  server.on("connection", (connection: Socket) => {
    connections += 1;
    open.add(connection);
    connection.on("error", () => undefined);
    connection.once("close", () => open.delete(connection));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const endpoint = unixEndpoint(socket);
  return {
    endpoint,
    socket,
    requests,
    connections: () => connections,
    connect: (options = {}) =>
      connectDocker({ endpoint, environment: { HOME: folder }, routeTable: "/dev/null", ...options }),
    async [Symbol.asyncDispose]() {
      for (const connection of open) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

export function unixEndpoint(socket: string): DockerEndpoint {
  const url = `unix://${socket}`;
  return { url, address: { kind: "unix", path: socket }, commandEnvironment: {}, source: "the test" };
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** One frame of an attached stream. */
export function frame(channel: 1 | 2, data: string | Buffer): Buffer {
  const payload = Buffer.from(data);
  const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

export const live = (): AbortSignal => new AbortController().signal;
