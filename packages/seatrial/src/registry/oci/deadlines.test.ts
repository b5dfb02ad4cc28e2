import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { connectQuickly } from "../testing/connect.ts";
import { freshBlob } from "../testing/content.ts";
import { isSilent } from "../testing/server-faults.ts";
import { startSubject } from "../testing/subject.ts";

const { signal } = new AbortController();
const limits = { connect: 100, answer: 100, stall: 100 };

describe("every wait ends", () => {
  test("for a connection that is taken and never becomes TLS", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await using client = connectQuickly({ limits, maxAttempts: 2 }).client;
    const app = client.repository({ registry: `127.0.0.1:${port}`, repository: "team/app" });
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    silent.close();
  });

  test("for an answer that does not come, after further tries", async () => {
    await using subject = await startSubject({ client: { limits, maxAttempts: 3 } });
    subject.server.fault(isSilent("GET /v2/team/"));
    const reading = subject.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(reading).rejects.toThrow("no answer within 0.1 s");
    expect(subject.waits).toHaveLength(2);
  });

  test("for an answer that does not come, without further tries when patience is at its end", async () => {
    await using subject = await startSubject({ client: { limits: { ...limits, patience: 300 } } });
    subject.server.fault(isSilent("GET /v2/team/"));
    await expect(subject.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(subject.server.requests.filter(({ path }) => path.startsWith("/v2/team/"))).toHaveLength(1);
  });

  test("later for the end of an upload of many bytes, which a registry hashes and moves first", async () => {
    await using subject = await startSubject({ client: { limits: { answer: 2_000 } } });
    const { server, app, waits } = subject;
    const blob = freshBlob(30_000_000);
    server.fault(async ({ method, stream }, response) => {
      if (method !== "PUT") return;
      for await (const _chunk of stream);
      setTimeout(() => response.writeHead(201).end(), 3_000);
      return true;
    });
    await app.blobs.put(blob, signal);
    expect(waits).toEqual([]);
    expect(app.traffic().blobBytesUp).toBe(blob.size);
  });

  test("for a body that stops, and what was read by then is not read again", async () => {
    await using subject = await startSubject({ client: { limits } });
    const { server, app, layer } = subject;
    let isFirst = true;
    server.fault(({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/") || !isFirst) return;
      isFirst = false;
      response.writeHead(200, { "content-length": String(layer.size) });
      response.write(layer.bytes.subarray(0, 600));
      return true;
    });
    const chunks = await (await app.blobs.open(layer, signal)).toArray();
    expect(Buffer.concat(chunks).equals(layer.bytes)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBe("bytes=600-");
  });

  test("but not while the reader takes its time", async () => {
    await using subject = await startSubject({ client: { limits: { stall: 1_000 } } });
    const { server, app } = subject;
    const blob = freshBlob(2_000_000);
    server.store.get("team/app")?.blobs.set(blob.digest, blob.bytes);
    let size = 0;
    for await (const chunk of await app.blobs.open(blob, signal)) {
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 1_400));
      size += (chunk as Buffer).length;
    }
    expect(size).toBe(2_000_000);
    expect(subject.waits).toEqual([]);
  });

  test.each(["GET /v2/", "GET /v2/team/"])("with the signal, at %s", async (which) => {
    await using subject = await startSubject();
    subject.server.fault(isSilent(which));
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const reading = subject.app.manifests.get("1", stop.signal);
    setTimeout(() => stop.abort(reason), 50);
    await expect(reading).rejects.toBe(reason);
  });

  test("with the signal, in the middle of a blob", async () => {
    await using subject = await startSubject();
    const { server, app, layer } = subject;
    server.fault(({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/")) return;
      response.writeHead(200, { "content-length": String(layer.size) });
      response.write(layer.bytes.subarray(0, 600));
      return true;
    });
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const stream = await app.blobs.open(layer, stop.signal);
    setTimeout(() => stop.abort(reason), 50);
    await expect(stream.toArray()).rejects.toBe(reason);
  });

  test("one who waits stops waiting for what others still wait for", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { server, app, manifest } = subject;
    const held = deferred<void>();
    server.fault(async ({ path }) => {
      if (path.startsWith("/token")) await held.promise;
      return undefined;
    });
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const [first, second] = [app.manifests.get("1", stop.signal), app.manifests.get("1", signal)];
    setTimeout(() => stop.abort(reason), 50);
    await expect(first).rejects.toBe(reason);
    held.resolve();
    expect((await second)?.digest).toBe(manifest.digest);
  });
});

test("connections are kept, and closed in the end", async () => {
  await using subject = await startSubject();
  const { server, app, client, manifest } = subject;
  await app.manifests.get("1", signal);
  const before = server.connections();
  for (let round = 0; round < 5; round += 1) await app.manifests.put(`t${round}`, manifest, signal);
  expect(server.connections()).toBe(before);
  await client[Symbol.asyncDispose]();
});
