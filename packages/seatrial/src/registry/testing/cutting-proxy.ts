import { connect, createServer, type Socket } from "node:net";

/** A way to a server that breaks: a connection that carried so many bytes in one direction is cut. */
export interface CuttingProxy extends AsyncDisposable {
  /** Host and port. */
  address: string;
  cuts(): number;
}

export async function startCuttingProxy(options: {
  /** Host and port. */
  target: string;
  direction: "up" | "down";
  after: number;
  times: number;
}): Promise<CuttingProxy> {
  const [host = "", port] = options.target.split(":");
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((socket) => {
    const onward = connect(Number(port), host);
    let carried = 0;
    const pass = (from: Socket, to: Socket, isWatched: boolean) => {
      open.add(from);
      from.on("error", () => to.destroy());
      from.once("close", () => {
        open.delete(from);
        to.destroy();
      });
      from.on("data", (chunk: Buffer) => {
        carried += isWatched ? chunk.length : 0;
        if (isWatched && carried > options.after && cuts < options.times) {
          cuts += 1;
          socket.destroy();
          onward.destroy();
          return;
        }
        if (to.write(chunk)) return;
        from.pause();
        to.once("drain", () => from.resume());
      });
    };
    pass(socket, onward, options.direction === "up");
    pass(onward, socket, options.direction === "down");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
