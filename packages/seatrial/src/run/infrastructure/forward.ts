import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { LOOPBACK } from "./loopback.ts";

/** An address of this machine whose connections go on somewhere else. */
export interface Forwarder extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** Listens at 127.0.0.1, at a free port, and hands each connection on to what `dial` opens. A refused one is closed at once. */
export async function openForwarder(dial: (signal: AbortSignal) => Promise<Duplex>): Promise<Forwarder> {
  const closing = new AbortController();
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // A client that goes away is none of ours.
    socket.on("error", () => undefined);
    dial(closing.signal).then(
      (far) => join(socket, far),
      () => socket.destroy(),
    );
  });
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    host: LOOPBACK,
    port: address.port,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("the address is no longer forwarded"));
      const closed = server.listening ? once(server, "close") : undefined;
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Each direction ends by itself; a break of one side is the other's. */
function join(near: Duplex, far: Duplex): void {
  if (near.destroyed) {
    far.destroy();
    return;
  }
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.pipe(other);
    one.once("error", () => other.destroy());
    one.once("close", () => {
      if (!one.readableEnded) other.destroy();
    });
  }
}
