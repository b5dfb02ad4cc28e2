import { connect, createServer as createPlainServer } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { expect, test } from "vitest";
import { createCertificates } from "../../support/testing/certificates.ts";
import { connectDocker, type DockerEndpoint } from "./index.ts";
import { answer, type FakeEngine, frame, live, startFakeEngine } from "./testing/fake-engine.ts";

const certificates = createCertificates();
const strangers = createCertificates();
const CLIENT = { ca: certificates.ca.cert, ...certificates.client, verify: true };

/** A TCP or TLS port in front of a fake engine's socket. */
async function withPort(fake: FakeEngine, tls: TlsOptions | undefined) {
  const forward = (socket: import("node:stream").Duplex) => {
    const upstream = connect({ path: fake.socket, allowHalfOpen: true });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  };
  const server =
    tls === undefined
      ? createPlainServer({ allowHalfOpen: true }, forward)
      : createServer({ allowHalfOpen: true, ...tls }, forward);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

function endpointOf(port: number, tls?: DockerEndpoint["tls"], host = "127.0.0.1"): DockerEndpoint {
  return {
    url: `tcp://${host}:${port}`,
    address: { kind: "tcp", host, port },
    tls,
    commandEnvironment: {},
    source: "the test",
  };
}

const MUTUAL = {
  ...certificates.server,
  ca: certificates.ca.cert,
  requestCert: true,
  rejectUnauthorized: true,
};

async function listOver(tls: TlsOptions | undefined, client: DockerEndpoint["tls"], host?: string) {
  await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
  await using front = await withPort(fake, tls);
  await using engine = connectDocker({ endpoint: endpointOf(front.port, client, host), environment: {} });
  return await engine.networks.list({}, live());
}

test.each(["127.0.0.1", "localhost"])("TLS with certificates on both sides works, by %s", async (host) => {
  expect(await listOver(MUTUAL, CLIENT, host)).toEqual([]);
});

test("plain TCP works", async () => {
  expect(await listOver(undefined, undefined)).toEqual([]);
});

test("an attached stream over TLS keeps its halves apart", async () => {
  const upgraded = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
  await using fake = await startFakeEngine(() => undefined, {
    onUpgrade(socket) {
      socket.write(upgraded);
      let bytes = 0;
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.on("end", () => socket.end(frame(1, `got ${bytes}`)));
    },
  });
  await using front = await withPort(fake, MUTUAL);
  await using engine = connectDocker({ endpoint: endpointOf(front.port, CLIENT), environment: {} });
  const stream = await engine.workloads.attach("abc", { onStderr: () => undefined, signal: live() });
  stream.end(Buffer.alloc(1_000_000));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("got 1000000");
});

test("a server that another authority vouches for is refused", async () => {
  const stranger = { ...strangers.server, ca: certificates.ca.cert };
  await expect(listOver(stranger, CLIENT)).toThrowWithCode("ENGINE_UNREACHABLE");
  expect(await listOver(stranger, { ...CLIENT, verify: false })).toEqual([]);
});

test("a server with another name is refused", async () => {
  await expect(listOver(MUTUAL, CLIENT, "127.0.0.2")).toThrowWithCode("ENGINE_UNREACHABLE");
});

test("a client without a certificate is denied", async () => {
  await expect(listOver(MUTUAL, { ca: certificates.ca.cert, verify: true })).toThrowWithCode("ENGINE_DENIED");
});

test("TLS to a plain port says that the port is plain", async () => {
  const error: unknown = await listOver(undefined, CLIENT).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect((error as { hint: string }).hint).toContain("plain HTTP");
});

test("a broken key file is a clear error", async () => {
  const broken = { ...CLIENT, key: "not a key" };
  await expect(listOver(MUTUAL, broken)).toThrowWithCode("ENGINE_UNREACHABLE");
});

test("a port where nobody listens, a host that does not exist, and one that never answers are unreachable", async () => {
  for (const endpoint of [endpointOf(1), endpointOf(2376, CLIENT, "engine.invalid")]) {
    const engine = connectDocker({ endpoint, environment: {} });
    await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_UNREACHABLE");
  }
});

test("a TLS handshake that never ends is given up", async () => {
  const silent = createPlainServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const engine = connectDocker({ endpoint: endpointOf(port, CLIENT), environment: {}, connectTimeout: 50 });
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_UNREACHABLE");
  silent.close();
});
