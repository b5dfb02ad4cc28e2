import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { freshBlob } from "../testing/content.ts";
import type { ServerFault } from "../testing/registry-server.ts";
import { answers, times } from "../testing/server-faults.ts";
import { type OciSubject, startSubject } from "../testing/subject.ts";

const MB = 1024 * 1024;

/** Takes so many bytes of the body of a PUT and breaks the connection off; what was taken is kept, or not. */
function cutsUpload({ server }: OciSubject, options: { after: number; keep: boolean }): ServerFault {
  return ({ method, stream, path }) => {
    const [, id] = /\/blobs\/uploads\/([^?]+)/.exec(path) ?? [];
    if (method !== "PUT" || id === undefined) return;
    const { uploads } = server.store.get("team/app") ?? {};
    let taken = 0;
    stream.on("data", (chunk: Buffer) => {
      taken += chunk.length;
      if (options.keep) uploads?.set(id, Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), chunk]));
      if (taken >= options.after) stream.destroy();
    });
    return true;
  };
}

const calls = ({ server }: OciSubject) =>
  server.requests.filter(({ path }) => path.includes("uploads")).map(({ method }) => method);
const stored = ({ server }: OciSubject, digest: string) => server.store.get("team/app")?.blobs.get(digest);

describe("an upload", () => {
  test("is one request for the session and one for the bytes", async () => {
    await using subject = await startSubject();
    const blob = freshBlob(3 * MB);
    await subject.app.blobs.put(blob, subject.signal);
    expect(calls(subject)).toEqual(["POST", "PUT"]);
    expect(subject.app.traffic()).toMatchObject({ blobBytesUp: 3 * MB, bytesUp: 3 * MB });
  });

  test("that was cut goes on where the registry is, and sends nothing twice", async () => {
    await using subject = await startSubject();
    const blob = freshBlob(3 * MB);
    subject.server.fault(times(1, cutsUpload(subject, { after: MB, keep: true })));
    await subject.app.blobs.put(blob, subject.signal);
    expect(stored(subject, blob.digest)?.equals(blob.bytes)).toBe(true);
    expect(calls(subject)).toEqual(["POST", "PUT", "GET", "PATCH", "PUT"]);
    const [range] = subject.server.requests.flatMap(({ headers }) => headers["content-range"] ?? []);
    expect(Number(range?.split("-")[0])).toBeGreaterThanOrEqual(MB);
    expect(range?.endsWith(`-${3 * MB - 1}`)).toBe(true);
  });

  test("whose session is lost begins anew, and reads its source anew", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const blob = freshBlob(3 * MB);
    let opened = 0;
    const open = () => {
      opened += 1;
      return Readable.from([blob.bytes]);
    };
    server.fault(times(1, cutsUpload(subject, { after: MB, keep: false })));
    server.fault(({ method, path }) => {
      if (method === "GET" && path.includes("uploads")) server.store.get("team/app")?.uploads.clear();
      return undefined;
    });
    await app.blobs.put({ ...blob, open }, signal);
    expect(stored(subject, blob.digest)?.equals(blob.bytes)).toBe(true);
    expect(calls(subject)).toEqual(["POST", "PUT", "GET", "DELETE", "POST", "PATCH", "PUT"]);
    expect(opened).toBe(2);
  });

  test("whose session the registry has lost its way in begins anew", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const blob = freshBlob(3 * MB);
    server.fault(times(1, cutsUpload(subject, { after: MB, keep: true })));
    const error = { code: "BLOB_UPLOAD_INVALID", message: "blob upload invalid" };
    server.fault(times(1, answers("PATCH ", { status: 404, body: JSON.stringify({ errors: [error] }) })));
    await app.blobs.put(blob, signal);
    expect(stored(subject, blob.digest)?.equals(blob.bytes)).toBe(true);
    expect(calls(subject).join(" ")).toBe("POST PUT GET PATCH DELETE POST PATCH PUT");
  });

  test("whose last answer is lost is there, and is not sent again", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const blob = freshBlob(1000);
    server.fault(
      times(1, ({ method, path, stream }) => {
        if (method !== "PUT" || !path.includes("/blobs/")) return;
        server.store.get("team/app")?.blobs.set(blob.digest, blob.bytes);
        server.store.get("team/app")?.uploads.clear();
        stream.destroy();
        return true;
      }),
    );
    await app.blobs.put(blob, signal);
    expect(calls(subject)).toEqual(["POST", "PUT", "GET"]);
  });

  test("that is too much for one request goes in pieces", async () => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    const blob = freshBlob(40 * MB);
    server.fault((request, response) => {
      if (Number(request.headers["content-length"] ?? 0) <= 32 * MB) return;
      return answers("PUT ", { status: 413, headers: { connection: "close" } })(request, response);
    });
    await app.blobs.put(blob, signal);
    expect(stored(subject, blob.digest)?.equals(blob.bytes)).toBe(true);
    expect(calls(subject)).toEqual(["POST", "PUT", "GET", "PATCH", "PATCH", "PATCH", "PUT"]);
    expect(waits).toEqual([]);
  });

  test("goes in pieces as large as the registry wants them", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const blob = freshBlob(40 * MB);
    server.fault(({ method }, response) => {
      if (method === "POST") response.setHeader("oci-chunk-min-length", String(30 * MB));
      return undefined;
    });
    server.fault(times(1, answers("PUT ", { status: 413, headers: { connection: "close" } })));
    await app.blobs.put(blob, signal);
    const ranges = server.requests.flatMap(({ headers }) => headers["content-range"] ?? []);
    expect(ranges).toEqual([`0-${30 * MB - 1}`, `${30 * MB}-${40 * MB - 1}`]);
  });

  test("that is cut every time fails in bounded time, and gives its session up", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    server.fault(answers("PUT /v2/team/app/blobs/", { status: 500 }));
    await expect(app.blobs.put(freshBlob(), signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(calls(subject).filter((method) => method === "PUT")).toHaveLength(5);
    expect(calls(subject).at(-1)).toBe("DELETE");
    expect(server.store.get("team/app")?.uploads.size).toBe(0);
  });

  test("that is refused says why, and gives its session up", async () => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    const body = JSON.stringify({ errors: [{ code: "DENIED", message: "quota of team is used up" }] });
    server.fault(answers("PUT /v2/team/app/blobs/", { status: 400, body }));
    await expect(app.blobs.put(freshBlob(), signal)).rejects.toThrow("quota of team is used up");
    expect(waits).toEqual([]);
    expect(server.store.get("team/app")?.uploads.size).toBe(0);
  });

  test("ends with the signal, also while the registry does not read", async () => {
    await using subject = await startSubject();
    const { server, app } = subject;
    server.fault(({ method }) => method === "PUT" || undefined);
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const putting = app.blobs.put(freshBlob(20 * MB), stop.signal);
    setTimeout(() => stop.abort(reason), 100);
    await expect(putting).rejects.toBe(reason);
  });

  test("of a source that is shorter than it says fails, and names the source's fault", async () => {
    await using subject = await startSubject();
    const blob = freshBlob(1000);
    const open = () => Readable.from([blob.bytes.subarray(0, 900)]);
    const putting = subject.app.blobs.put({ ...blob, open }, subject.signal);
    await expect(putting).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
    await expect(putting).rejects.toThrow("ends after 900 of 1000 bytes");
    expect(subject.waits).toEqual([]);
  });

  test("takes its source no faster than the registry takes it", async () => {
    await using subject = await startSubject();
    const { server, app } = subject;
    server.fault(({ method }) => method === "PUT" || undefined);
    let made = 0;
    async function* endless() {
      for (;;) {
        made += MB;
        yield Buffer.alloc(MB);
      }
    }
    const stop = new AbortController();
    const { digest } = freshBlob();
    const open = () => Readable.from(endless());
    const putting = app.blobs.put({ digest, size: 1000 * MB, open }, stop.signal).catch(() => undefined);
    await expect.poll(() => made).toBeGreaterThan(MB);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(made).toBeLessThan(40 * MB);
    stop.abort(new Error("enough"));
    await putting;
  });
});
