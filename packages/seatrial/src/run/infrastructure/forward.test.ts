import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { deferred } from "../../support/abort.ts";
import { openForwarder } from "./forward.ts";

/** A server of one port, and what dials it. */
async function far(onClient: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, onClient).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    async dial() {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      await once(socket, "connect");
      return socket;
    },
    [Symbol.dispose]: () => void server.close(),
  };
}

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

describe("a forwarder", () => {
  it("passes both directions on, each to its own end", async () => {
    using echo = await far((socket) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("end", () => socket.end(`heard ${text}`));
    });
    await using forwarder = await openForwarder(echo.dial);
    const client = connect({ host: forwarder.host, port: forwarder.port, allowHalfOpen: true });
    client.end("hello");
    expect(await textOf(client)).toBe("heard hello");
  });

  it("carries more than what fits into any buffer", async () => {
    const size = 8 * 1024 * 1024;
    using source = await far((socket) => void socket.end(Buffer.alloc(size, "x")));
    await using forwarder = await openForwarder(source.dial);
    expect((await textOf(connect(forwarder.port, forwarder.host))).length).toBe(size);
  });

  it("closes a connection that is refused behind it", async () => {
    await using forwarder = await openForwarder(async () => {
      throw new Error("refused");
    });
    const client = connect(forwarder.port, forwarder.host).resume();
    client.on("error", () => undefined);
    await once(client, "close");
  });

  it("breaks the one side off with the other", async () => {
    const gone = deferred<void>();
    using open = await far((socket) => {
      socket.on("error", () => undefined);
      socket.once("end", () => gone.resolve());
      socket.resume();
    });
    await using forwarder = await openForwarder(open.dial);
    const client = connect(forwarder.port, forwarder.host);
    await once(client, "connect");
    client.write("x");
    client.resetAndDestroy();
    await gone.promise;
  });

  it("ends its connections when it is closed, and listens no more", async () => {
    using open = await far((socket) => void socket.on("error", () => undefined).resume());
    const forwarder = await openForwarder(open.dial);
    const client = connect(forwarder.port, forwarder.host).resume();
    client.on("error", () => undefined);
    await once(client, "connect");
    const closed = once(client, "close");
    await forwarder[Symbol.asyncDispose]();
    await closed;
    const late = connect(forwarder.port, forwarder.host);
    await expect(once(late, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
