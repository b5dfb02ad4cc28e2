import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP address in front of an engine's socket, which can be cut, and which can hold requests back. */
export interface Proxy extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT` */
  address: string;
  /** Ends every connection in the middle of whatever it says, and takes no more. */
  cut(): void;
  /** Resolves when a request came that was to be held back. */
  held: Promise<void>;
}

/** Starts passing bytes on. A request whose head fits `hold` never reaches the engine, nor does what comes after it there. */
export async function startProxy(socket: string, options: { hold?: RegExp } = {}): Promise<Proxy> {
  let onHeld: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    onHeld = resolve;
  });
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
    client.on("data", (chunk: Buffer) => {
      if (options.hold?.test(chunk.toString("latin1")) === true) {
        client.pause().removeAllListeners("data");
        onHeld();
      } else engine.write(chunk);
    });
    client.once("end", () => engine.end());
    engine.pipe(client);
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
    held,
    async [Symbol.asyncDispose]() {
      cut();
    },
  };
}
