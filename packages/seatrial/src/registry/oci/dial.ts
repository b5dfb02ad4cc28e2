import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { deferred } from "../../support/abort.ts";
import { EXIT, messageOf } from "../../support/error.ts";
import { registryError } from "../errors.ts";
import { dialFailure, TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { isLoopback } from "./plain.ts";
import { proxyFor } from "./proxy.ts";
import { certificateFolders, hostCertificates, systemAuthorities } from "./trust.ts";
import { openTunnel } from "./tunnel.ts";

/** Opens connections for one origin, ready for HTTP/1.1: by way of a proxy and with TLS, where that is due. */
export function createDial(options: {
  settings: Settings;
  /** Whose certificates count besides the origin's own: the registry that sent us there. */
  registry: string;
  origin: URL;
}): () => Promise<Duplex> {
  const { settings, origin } = options;
  const host = origin.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(origin.port || (origin.protocol === "https:" ? 443 : 80));
  const proxy = proxyFor(origin, settings.environment);
  const verify = !settings.insecure && !isLoopback(host);
  let context: Promise<SecureContext> | undefined;

  async function open(signal: AbortSignal): Promise<Socket> {
    if (proxy === undefined) return await connected(connectTcp({ host, port }), "connect", signal);
    if (origin.protocol === "https:")
      return await openTunnel({ proxy, target: `${origin.hostname}:${port}`, signal });
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
    context ??= secureContext(options, verify);
    const secureContextOfHost = await context.catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
    const wrapped = connectTls({
      socket,
      host,
      servername: isIP(host) ? "" : host,
      secureContext: secureContextOfHost,
      rejectUnauthorized: verify,
      ALPNProtocols: ["http/1.1"],
    });
    return await connected(wrapped, "secureConnect", signal);
  }

  return async () => {
    const ms = settings.limits.connect;
    const stop = new AbortController();
    const late = new TransportFailure("late", `no connection to ${origin.host} within ${ms / 1000} s`);
    const clock = setTimeout(() => stop.abort(late), ms);
    try {
      const socket = await open(stop.signal);
      return origin.protocol === "https:" ? await secure(socket, stop.signal) : socket;
    } finally {
      clearTimeout(clock);
    }
  };
}

async function secureContext(
  options: { settings: Settings; registry: string; origin: URL },
  verify: boolean,
): Promise<SecureContext> {
  const { settings, registry, origin } = options;
  const folders = settings.certificateFolders ?? certificateFolders(settings.environment);
  const own = await hostCertificates(folders, origin.host);
  const ofRegistry = registry === origin.host ? undefined : await hostCertificates(folders, registry);
  const ca = verify
    ? [...(await systemAuthorities(settings.environment)), ...own.ca, ...(ofRegistry?.ca ?? [])]
    : [];
  try {
    return createSecureContext({
      ...(verify && { ca }),
      cert: own.clients.map((each) => each.cert),
      key: own.clients.map((each) => each.key),
    });
  } catch (cause) {
    throw registryError({
      code: "REGISTRY_SETTINGS_INVALID",
      message: `The certificates for ${origin.host} in ${folders.join(" or ")} cannot be used: ${messageOf(cause)}`,
      hint: "Check that they are in PEM, and that each key fits its certificate.",
      cause,
      exitCode: EXIT.usage,
    });
  }
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
