import { createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { deferred } from "../../support/abort.ts";
import type { SpaceServer } from "../maker.ts";

export interface Forward extends AsyncDisposable {
  readonly port: number;
}

/** A port of 127.0.0.1 that leads to one of a service's container, for client libraries that want to dial by themselves. */
export async function forward(server: SpaceServer, target: number): Promise<Forward> {
  const signal = new AbortController().signal;
  const sockets = new Set<Socket>();
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    server.dial(target, signal).then(
      (far) => void pipeline(socket, far, socket, () => socket.destroy()),
      () => socket.destroy(),
    );
  });
  const listening = deferred<void>();
  listener.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = deferred<void>();
      listener.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
