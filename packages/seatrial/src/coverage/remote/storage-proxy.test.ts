import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { startProxyServer } from "../../registry/testing/proxy-server.ts";
import { createCertificates } from "../../support/testing/certificates.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { createHttpClient } from "./http-client.ts";
import { say, startServer } from "./testing/server.ts";

const HOST = "storage.example.com";
const certificates = createCertificates([HOST]);
const { signal } = new AbortController();

/** Storage with TLS that nobody finds by its name but a proxy. */
async function startFar(options: { refuse?: number } = {}) {
  const server = createServer(certificates.server, (_request, response) => void response.end("units"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxyServer({ port, ...options });
  const folder = await createFolder({ "ca.pem": certificates.ca.cert });
  return {
    proxy,
    environment: { HTTPS_PROXY: proxy.address, SSL_CERT_FILE: `${folder.path}/ca.pem` },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A proxy that takes connections, and nothing else. */
async function startSilent() {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => void open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function ask(
  url: string,
  environment: Record<string, string>,
  { proxies = true, silence = 2_000 } = {},
): Promise<string> {
  using http = createHttpClient({ environment, proxies, silence });
  const { body } = await http.send({ name: "the units", method: "GET", url: new URL(url) }, signal);
  let text = "";
  for await (const chunk of body) text += chunk.toString();
  return text;
}

describe("storage behind a proxy", () => {
  it("is reached through a tunnel, in which TLS is spoken with the storage itself", async () => {
    await using far = await startFar();
    expect(await ask(`https://${HOST}/x`, far.environment)).toBe("units");
    expect(far.proxy.requests).toEqual([`CONNECT ${HOST}:443`]);
    const address = far.proxy.address.replace("://", "://me:p%40ss@");
    await ask(`https://${HOST}/x`, { ...far.environment, HTTPS_PROXY: address });
    expect(far.proxy.shown[1]).toBe(`Basic ${btoa("me:p@ss")}`);
  });

  it("is asked for by its whole address where it is plain HTTP", async () => {
    await using server = await startServer((_request, response) => say(response, 200, "units"));
    await using proxy = await startProxyServer({ port: Number(new URL(server.origin).port) });
    const environment = { HTTP_PROXY: proxy.address };
    expect(await ask("http://storage.example.com/a?b=1", environment)).toBe("units");
    expect(proxy.requests).toEqual(["GET http://storage.example.com/a?b=1"]);
    // Never for this machine, and not for whoever wants none: the metadata of machines.
    expect(await ask(`${server.origin}/`, environment)).toBe("units");
    await expect(ask("http://storage.invalid/", environment, { proxies: false })).toThrowWithCode(
      "COVERAGE_STORAGE_UNREACHABLE",
    );
    expect(proxy.requests).toHaveLength(1);
  });

  it("is away where the proxy refuses or is away, and the proxy is named", async () => {
    await using far = await startFar({ refuse: 407 });
    await expect(ask(`https://${HOST}/x`, far.environment)).rejects.toThrow(
      /the units: proxy 127\.0\.0\.1:\d+ does not connect us to storage\.example\.com:443 \(status 407\)/,
    );
    await expect(ask(`https://${HOST}/x`, { HTTPS_PROXY: "http://127.0.0.1:1" })).toThrowWithCode(
      "COVERAGE_STORAGE_UNREACHABLE",
    );
    await expect(ask(`https://${HOST}/x`, { HTTPS_PROXY: "socks5://me:hunter2@proxy" })).toThrowWithCode(
      "COVERAGE_STORAGE_UNKNOWN",
    );
  });

  it("is given up after the silence of its proxy, and at once when somebody stops", async () => {
    await using silent = await startSilent();
    const late = ask(`https://${HOST}/x`, { HTTPS_PROXY: silent.origin }, { silence: 50 });
    await expect(late).rejects.toThrow("the units: the proxy did not connect us in time");
    const stop = new AbortController();
    using http = createHttpClient({
      environment: { HTTPS_PROXY: silent.origin },
      proxies: true,
      silence: 600_000,
    });
    const url = new URL(`https://${HOST}/x`);
    const sent = http.send({ name: "the units", method: "GET", url }, stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 50);
    await expect(sent).rejects.toThrow("stopped");
  });
});
