import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { createServerApi } from "./server-api.ts";
import { createServerAuth, type ServerAuth } from "./server-auth.ts";
import type { ServerStore } from "./server-store.ts";

/** A registry in this process that speaks the distribution API over HTTP, and can be told to misbehave. */
export interface RegistryServer extends AsyncDisposable {
  /** Host and port. */
  registry: string;
  origin: string;
  /** Everything that was asked so far. */
  requests: SeenRequest[];
  store: ServerStore;
  /** Puts a fault in; returns what takes it out again. */
  fault(fault: ServerFault): () => void;
  /** Connections so far. */
  connections(): number;
}

export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
}

/** Looks at a request before the registry does. True: it has answered, or will not. */
export type ServerFault = (
  request: SeenRequest & { stream: IncomingMessage },
  response: ServerResponse,
) => boolean | undefined | Promise<boolean | undefined>;

export interface RegistryServerOptions {
  tls?: { cert: string; key: string; ca?: string | undefined } | undefined;
  auth?: ServerAuth | undefined;
  /** Default true. */
  referrersApi?: boolean | undefined;
  /** Entries of a page of a list. Default: all. */
  pageSize?: number | undefined;
  /** Default `127.0.0.1`. */
  host?: string | undefined;
}

export async function startRegistryServer(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const { tls, host = "127.0.0.1" } = options;
  const store: ServerStore = new Map();
  const faults = new Set<ServerFault>();
  const requests: SeenRequest[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  let origin = "";
  const auth = createServerAuth(options.auth, () => origin);
  const api = createServerApi({
    store,
    referrersApi: options.referrersApi ?? true,
    pageSize: options.pageSize,
  });

  const handle = async (stream: IncomingMessage, response: ServerResponse) => {
    const seen = { method: stream.method ?? "", path: stream.url ?? "", headers: stream.headers };
    requests.push(seen);
    for (const fault of [...faults]) if (await fault({ ...seen, stream }, response)) return;
    if (await auth.handle(stream, response)) return;
    await api.handle(stream, response);
  };
  const onRequest = (stream: IncomingMessage, response: ServerResponse) => {
    handle(stream, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createServer(onRequest)
      : createSecureServer(
          { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined },
          onRequest,
        );
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const registry = `${host}:${port}`;
  origin = `${tls === undefined ? "http" : "https"}://${registry}`;
  return {
    registry,
    origin,
    requests,
    store,
    fault(fault) {
      faults.add(fault);
      return () => void faults.delete(fault);
    },
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
