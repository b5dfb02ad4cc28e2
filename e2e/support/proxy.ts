import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP address in front of an engine's socket, which can be cut. */
export interface Proxy extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT` */
  address: string;
  /** Ends every connection in the middle of whatever it says, and takes no more. */
  cut(): void;
}

/** Starts passing bytes on. */
export async function startProxy(socket: string): Promise<Proxy> {
  const open = new Set<Socket>();
  const keep = (each: Socket) => {
    open.add(each);
    each.on("error", () => undefined);
    each.once("close", () => open.delete(each));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: socket, allowHalfOpen: true });
    keep(client);
    keep(engine);
    client.pipe(engine).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    server.close();
    for (const each of open) each.destroy();
  };
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
    },
  };
}
