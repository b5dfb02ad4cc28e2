import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";

/** An HTTP proxy that sends everybody to one local port, whatever name they ask for. */
export interface ProxyServer extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  address: string;
  /** What was asked of it: `CONNECT registry.example.com:443`, `GET http://…`. */
  requests: string[];
  /** The Proxy-Authorization of each. */
  shown: (string | undefined)[];
}

export async function startProxyServer(options: { port: number; refuse?: number }): Promise<ProxyServer> {
  const requests: string[] = [];
  const shown: (string | undefined)[] = [];
  const open = new Set<Socket>();
  const note = (request: IncomingMessage) => {
    requests.push(`${request.method} ${request.url}`);
    shown.push(request.headers["proxy-authorization"]);
  };
  const server = createServer((request, response) => {
    note(request);
    const { pathname, search } = new URL(request.url ?? "");
    const onward = httpRequest(
      { port: options.port, method: request.method, path: pathname + search, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    note(request);
    if (options.refuse !== undefined) {
      socket.end(`HTTP/1.1 ${options.refuse} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(options.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    shown,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
