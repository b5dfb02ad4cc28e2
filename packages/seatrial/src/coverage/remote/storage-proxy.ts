import type { ClientRequestArgs } from "node:http";
import type { Agent as SecureAgent } from "node:https";
import { type ConnectionOptions, connect } from "node:tls";
import { findProxy, proxyAuthorization } from "../../support/proxy/find-proxy.ts";
import { openTunnel } from "../../support/proxy/tunnel.ts";
import { coverageError } from "../errors.ts";
import type { Variables } from "./storage.ts";

/** The proxy for an address of storage, by the environment. Fails with COVERAGE_STORAGE_UNKNOWN where a variable names none. */
export function storageProxy(url: URL, environment: Variables): URL | undefined {
  return findProxy(url, {
    environment,
    refuse: (why) => coverageError({ code: "COVERAGE_STORAGE_UNKNOWN", ...why }),
  });
}

/** How plain HTTP is asked of a proxy: it wants the whole address. */
export function throughProxy(url: URL, proxy: URL): ClientRequestArgs {
  return {
    protocol: proxy.protocol,
    host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
    path: url.href,
    headers: { host: url.host, ...proxyAuthorization(proxy) },
  };
}

/** Lets an agent reach hosts through a proxy; TLS is spoken with the host. `signal` limits how long that may take. */
export function tunnelled(agent: SecureAgent, proxy: URL, signal: () => AbortSignal): SecureAgent {
  agent.createConnection = (options, done) => {
    const { host, port } = options;
    const name = host ?? "";
    openTunnel({
      proxy,
      target: `${name.includes(":") ? `[${name}]` : name}:${port ?? 443}`,
      signal: signal(),
    }).then(
      (socket) => done?.(null, connect({ ...(options as ConnectionOptions), socket })),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}
