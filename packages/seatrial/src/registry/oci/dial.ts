import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type SecureContext } from "node:tls";
import { deferred } from "../../support/abort.ts";
import { isLoopback, lookupLoopback } from "../../support/loopback.ts";
import { openTunnel } from "../../support/proxy/tunnel.ts";
import { dialFailure, TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { proxyFor } from "./proxy.ts";
import type { SecureContextFor } from "./secure-context.ts";

/** Opens connections for one origin, ready for HTTP/1.1: by way of a proxy and with TLS, where that is due. */
export function createDial(options: {
  settings: Settings;
  /** Whose certificates count besides the origin's own: the registry that sent us there. */
  registry: string;
  origin: URL;
  secureContextFor: SecureContextFor;
}): () => Promise<Duplex> {
  const { settings, origin } = options;
  const host = origin.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(origin.port || (origin.protocol === "https:" ? 443 : 80));
  const proxy = proxyFor(origin, settings.environment);
  const verify = !settings.isInsecure(origin) && !isLoopback(host);
  let context: Promise<SecureContext> | undefined;

  async function open(signal: AbortSignal): Promise<Socket> {
    const lookup = isLoopback(host) ? { lookup: lookupLoopback } : {};
    if (proxy === undefined) return await connected(connectTcp({ host, port, ...lookup }), "connect", signal);
    if (origin.protocol === "https:")
      return await openTunnel({ proxy, target: `${origin.hostname}:${port}`, signal }).catch(
        (cause: unknown) => {
          throw dialFailure(cause);
        },
      );
    const there = {
      host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(proxy.port || (proxy.protocol === "https:" ? 443 : 80)),
    };
    return proxy.protocol === "https:"
      ? await connected(
          connectTls({ ...there, servername: isIP(there.host) ? "" : there.host }),
          "secureConnect",
          signal,
        )
      : await connected(connectTcp(there), "connect", signal);
  }

  async function secure(socket: Socket, signal: AbortSignal): Promise<Socket> {
    context ??= options.secureContextFor({ origin, registry: options.registry, verify });
    const secureContext = await context.catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
    const wrapped = connectTls({
      socket,
      host,
      servername: isIP(host) ? "" : host,
      secureContext,
      rejectUnauthorized: verify,
      ALPNProtocols: ["http/1.1"],
    });
    return await connected(wrapped, "secureConnect", signal);
  }

  return async () => {
    const ms = settings.limits.connect;
    const stop = new AbortController();
    const late = new TransportFailure("away", `no connection to ${origin.host} within ${ms / 1000} s`);
    const clock = setTimeout(() => stop.abort(late), ms);
    try {
      const socket = await open(stop.signal);
      return origin.protocol === "https:" ? await secure(socket, stop.signal) : socket;
    } catch (error) {
      // Messages name the registry, and this is where it sent us.
      const isElsewhere = error instanceof TransportFailure && origin.host !== options.registry;
      throw isElsewhere
        ? new TransportFailure(error.kind, `${origin.host}: ${error.message}`, { cause: error.cause })
        : error;
    } finally {
      clearTimeout(clock);
    }
  };
}

async function connected<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<S> {
  const done = deferred<S>();
  const onAbort = () => socket.destroy(signal.reason);
  const onError = (cause: Error) => done.reject(dialFailure(cause));
  const onClose = () => done.reject(new TransportFailure("away", "the connection was closed at once"));
  // From here on somebody listens, also while it is handed over.
  socket.on("error", () => undefined);
  socket.once(event, () => done.resolve(socket));
  socket.once("error", onError);
  socket.once("close", onClose);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await done.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.removeListener("error", onError);
    socket.removeListener("close", onClose);
  }
}
