import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { deferred } from "../abort.ts";
import { proxyAuthorization } from "./find-proxy.ts";

/** A connection to `host:port` through a proxy. Fails as the proxy says, or with the signal's reason. */
export async function openTunnel(options: {
  proxy: URL;
  target: string;
  signal: AbortSignal;
}): Promise<Socket> {
  const { proxy, target, signal } = options;
  const done = deferred<Socket>();
  const ask = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  const request: ClientRequest = ask({
    host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
    method: "CONNECT",
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    signal,
  });
  const refused = (status: number | undefined) =>
    new Error(`proxy ${proxy.host} does not connect us to ${target} (status ${status})`);
  request.once("connect", (response, socket, head) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      done.reject(refused(response.statusCode));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    done.resolve(socket as Socket);
  });
  request.once("response", (response) => {
    response.destroy();
    done.reject(refused(response.statusCode));
  });
  request.on("error", (cause) =>
    done.reject(
      signal.aborted
        ? signal.reason
        : new Error(`proxy ${proxy.host} cannot be reached: ${cause.message}`, { cause }),
    ),
  );
  request.end();
  return await done.promise;
}
