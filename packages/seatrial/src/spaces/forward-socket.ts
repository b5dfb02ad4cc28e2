import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { deferred, orAborted } from "../support/abort.ts";
import type { SpaceServer } from "./maker.ts";

/** What a socket's path may be long, less the byte that ends it. */
const LONGEST_PATH = 103;

/**
 * A Unix socket, in a folder that only this user can enter, whose connections go to a port of a service's container: for client
 * libraries that want to connect by themselves. A connection that cannot be made is closed at once. Closing it ends all of them.
 */
export async function forwardSocket(options: {
  server: SpaceServer;
  port: number;
  /** Hears of connections that could not be made. */
  onRefused?: ((error: unknown) => void) | undefined;
  /** Counts until it listens. */
  signal: AbortSignal;
}): Promise<{ path: string } & AsyncDisposable> {
  const { server, port, signal } = options;
  signal.throwIfAborted();
  const folder = await makeFolder();
  const life = new AbortController();
  const open = new Set<Duplex>();
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    hold(socket);
    connect(socket).catch((error: unknown) => {
      socket.destroy();
      if (!life.signal.aborted) options.onRefused?.(error);
    });
  });

  /** Ends with the forwarder; an error of one side ends both, and is no news to the other but that. */
  function hold(stream: Duplex): void {
    open.add(stream);
    stream.on("error", () => undefined);
    stream.once("close", () => void open.delete(stream));
  }

  async function connect(socket: Socket): Promise<void> {
    const remote = await server.dial(port, life.signal);
    hold(remote);
    if (socket.destroyed || life.signal.aborted) {
      remote.destroy();
      socket.destroy();
      return;
    }
    joinEnd(socket, remote);
    joinEnd(remote, socket);
    socket.pipe(remote).pipe(socket);
  }

  async function close(): Promise<void> {
    life.abort(new Error("the forwarder was closed"));
    const closed = deferred<void>();
    listener.close(() => closed.resolve());
    for (const stream of open) stream.destroy();
    await closed.promise;
    await rm(folder, { recursive: true, force: true });
  }

  const socketPath = path.join(folder, "server.sock");
  try {
    const listening = deferred<void>();
    listener.once("error", listening.reject);
    listener.listen(socketPath, () => listening.resolve());
    await orAborted(listening.promise, signal);
  } catch (error) {
    await close();
    throw error;
  }
  return { path: socketPath, [Symbol.asyncDispose]: close };
}

/** What ends in good order has ended the other side already, which may still have something to write. */
function joinEnd(one: Duplex, other: Duplex): void {
  one.once("close", () => {
    if (!one.readableEnded) other.destroy();
  });
}

/** `mkdtemp` lets nobody else in. */
async function makeFolder(): Promise<string> {
  const name = "seatrial-XXXXXX/server.sock";
  const place = path.join(tmpdir(), name).length > LONGEST_PATH ? "/tmp" : tmpdir();
  return await mkdtemp(path.join(place, "seatrial-"));
}
