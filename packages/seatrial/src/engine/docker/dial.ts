import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { deferred } from "../../support/abort.ts";
import { dialFailure, dialTimeout } from "./dial-failure.ts";
import type { Dial, DialOptions } from "./dial-options.ts";
import { tcpPort } from "./endpoint.ts";

/** Probes of an idle TCP connection, so that a peer that vanished is noticed. */
const KEEP_ALIVE_MS = 30_000;

/** How connections to this endpoint are made. What only one kind needs (TLS, ssh) is loaded by its first connection. */
export function createDial(options: DialOptions): Dial {
  const { endpoint } = options;
  const { address, tls } = endpoint;
  switch (address.kind) {
    case "unix":
      return async () => await established(connect({ path: address.path }), "connect", options);
    case "tcp": {
      const where = { host: address.host, port: tcpPort(address, tls !== undefined), keepAlive: true };
      const target = { ...where, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true };
      if (tls === undefined) return async () => await established(connect(target), "connect", options);
      const { verify, ...keys } = tls;
      return async () => {
        const { connect: connectTls } = await import("node:tls");
        try {
          const socket = connectTls({
            ...target,
            ...serverName(address.host),
            ...keys,
            rejectUnauthorized: verify,
          });
          return await established(socket, "secureConnect", options);
        } catch (error) {
          // A broken key or certificate file fails before anything is dialled.
          throw dialFailure(endpoint, error);
        }
      };
    }
    case "ssh": {
      const gate = createGate(MOST_SSH_LOGINS);
      return async () => {
        const { dialSsh } = await import("./dial-ssh.ts");
        return await gate((release) => dialSsh({ ...options, address, onReady: release }));
      };
    }
  }
}

/** An IP address is no valid server name in TLS; certificates name it in another way, which Node checks by the host. */
function serverName(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

async function established(socket: Socket, event: string, options: DialOptions): Promise<Duplex> {
  const { endpoint, connectTimeout } = options;
  const ready = deferred<Duplex>();
  const timer = setTimeout(() => socket.destroy(dialTimeout(endpoint, connectTimeout)), connectTimeout);
  // Stays for good: between here and the HTTP agent's own listener nobody else would hear an error.
  socket.on("error", (error) => ready.reject(dialFailure(endpoint, error)));
  socket.once(event, () => ready.resolve(socket));
  try {
    return await ready.promise;
  } finally {
    clearTimeout(timer);
  }
}

/** sshd drops connections at random when more than ten are logging in at once. */
const MOST_SSH_LOGINS = 6;

/** Lets `most` openers run at once; each calls `release` when its place is free again. */
function createGate(most: number): <T>(open: (release: () => void) => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (open) => {
    if (free === 0) {
      const turn = deferred<void>();
      waiting.push(() => turn.resolve());
      await turn.promise;
    } else {
      free -= 1;
    }
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
    try {
      return await open(release);
    } catch (error) {
      release();
      throw error;
    }
  };
}
