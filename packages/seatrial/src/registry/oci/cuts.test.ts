import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { freshBlob } from "../testing/content.ts";
import type { ServerFault } from "../testing/registry-server.ts";
import { answers, cuts, hangsUp, times } from "../testing/server-faults.ts";
import { type OciSubject, seedImage, startSubject } from "../testing/subject.ts";

const big = freshBlob(300_000);

/** A blob as it is read while the server has this fault. */
async function readBig(subject: OciSubject, fault: ServerFault): Promise<Buffer> {
  const { server, app, signal } = subject;
  server.store.get("team/app")?.blobs.set(big.digest, big.bytes);
  server.fault(fault);
  return await buffer(await app.blobs.open(big, signal));
}

const ranges = ({ server }: OciSubject) =>
  server.requests.filter(({ path }) => path.includes("/blobs/")).map(({ headers }) => headers.range);

describe("answers that break off", () => {
  test("a manifest is asked for again", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal, waits } = subject;
    server.fault(times(2, cuts("GET /v2/team/app/manifests/", { body: manifest.bytes, after: 20 })));
    expect(await app.manifests.get("1", signal)).toEqual(manifest);
    expect(waits).toEqual([250, 500]);
  });

  test("a blob goes on from where it was cut", async () => {
    await using subject = await startSubject();
    const fault = times(1, cuts("GET /v2/team/app/blobs/", { body: big.bytes, after: 100_000 }));
    expect((await readBig(subject, fault)).equals(big.bytes)).toBe(true);
    expect(ranges(subject)).toEqual([undefined, "bytes=100000-"]);
    expect(subject.app.traffic().bytesDown).toBeLessThan(300_100);
  });

  test("a server that begins anew instead is read past what is here", async () => {
    await using subject = await startSubject();
    const wholeAgain: ServerFault = ({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/")) return;
      response.end(big.bytes);
      return true;
    };
    const cut = times(1, cuts("GET /v2/team/app/blobs/", { body: big.bytes, after: 100_000 }));
    subject.server.fault(cut);
    expect((await readBig(subject, wholeAgain)).equals(big.bytes)).toBe(true);
  });

  test("a part that is not the one asked for is refused", async () => {
    await using subject = await startSubject();
    subject.server.fault(times(1, cuts("GET /v2/team/app/blobs/", { body: big.bytes, after: 100_000 })));
    const headers = { "content-range": "bytes 200000-299999/300000" };
    const wrong = answers("GET /v2/team/app/blobs/", {
      status: 206,
      headers,
      body: big.bytes.subarray(200_000),
    });
    await expect(readBig(subject, wrong)).toThrowWithCode("REGISTRY_FAILED");
  });

  test("a server that sends a little each time does not keep us for ever", async () => {
    await using subject = await startSubject();
    let from = 0;
    const drip: ServerFault = ({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/")) return;
      const range = { "content-range": `bytes ${from}-299999/300000` };
      response.writeHead(from === 0 ? 200 : 206, { "content-length": String(300_000 - from), ...range });
      response.write(big.bytes.subarray(from, from + 10), () => setTimeout(() => response.destroy(), 5));
      from += 10;
      return true;
    };
    await expect(readBig(subject, drip)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(ranges(subject)).toHaveLength(5);
  });

  test("whoever stops reading ends the download", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    let isEnded = false;
    server.fault(({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/")) return;
      response.writeHead(200, { "content-length": String(big.size) });
      response.write(big.bytes.subarray(0, 1000));
      response.once("close", () => {
        isEnded = true;
      });
      return true;
    });
    const stream = await app.blobs.open(big, signal);
    await stream[Symbol.asyncIterator]().next();
    stream.destroy();
    await expect.poll(() => isEnded).toBe(true);
  });
});

describe("a registry that dies half way", () => {
  const puts = (subject: OciSubject) =>
    subject.server.requests.filter(({ method }) => method === "PUT").length;
  /** Gone after so many pushes of manifests, for so many requests. */
  const dead = (subject: OciSubject, { after, requests }: { after: number; requests: number }) => {
    const gone = times(requests, hangsUp(""));
    subject.server.fault(async (request, response) =>
      puts(subject) <= after ? undefined : await gone(request, response),
    );
  };

  test("what was done is done, what follows fails in bounded time, and says so", async () => {
    await using subject = await startSubject();
    const { app, server, manifest, signal } = subject;
    dead(subject, { after: 1, requests: Number.POSITIVE_INFINITY });
    await app.manifests.put("a", manifest, signal);
    const second = app.manifests.put("b", manifest, signal);
    await expect(second).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(second).rejects.toThrow(
      /push manifest b \(repository team\/app of registry 127\.0\.0\.1:\d+\)/,
    );
    const { tags } = server.store.get("team/app") ?? {};
    expect([tags?.has("a"), tags?.has("b")]).toEqual([true, false]);
    expect(puts(subject)).toBe(1 + 5);
  });

  test("one that comes back in time is no failure", async () => {
    await using subject = await startSubject();
    const { app, manifest, signal, notes } = subject;
    dead(subject, { after: 1, requests: 3 });
    await app.manifests.put("a", manifest, signal);
    await app.manifests.put("b", manifest, signal);
    expect((await app.manifests.resolve("b", signal))?.digest).toBe(manifest.digest);
    expect(notes).toHaveLength(3);
    expect(notes.at(-1)).toMatch(/^push manifest b: .*; trying again in 1\.0 s \(4 of 5\)$/);
  });

  test("a port that nobody listens on any more is waited for, once the registry was there", async () => {
    await using subject = await startSubject();
    const { app, server, manifest, signal, waits } = subject;
    seedImage(server, "team/app");
    await app.manifests.put("a", manifest, signal);
    await server[Symbol.asyncDispose]();
    await expect(app.manifests.put("b", manifest, signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(waits.length).toBeGreaterThanOrEqual(3);
  });

  test("one that never was there is not waited for", async () => {
    await using subject = await startSubject();
    const { client, signal, waits } = subject;
    const nobody = client.repository({ registry: "127.0.0.1:1", repository: "team/app" });
    await expect(nobody.manifests.tags(signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(waits).toEqual([]);
  });
});
