import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { MEDIA_TYPES } from "../media-types.ts";
import { blobOf, freshBlob, imageOf } from "../testing/content.ts";
import { answers } from "../testing/server-faults.ts";
import { serverRepository } from "../testing/server-store.ts";
import { startSubject } from "../testing/subject.ts";

const MANIFESTS = "GET /v2/team/app/manifests/";

describe("a registry that lies about manifests", () => {
  const sent = {
    status: 200,
    headers: { "content-type": MEDIA_TYPES.ociManifest },
    body: imageOf().manifest.bytes,
  };

  test("other bytes than the digest asked for are refused", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    server.fault(answers(MANIFESTS, sent));
    await expect(app.manifests.get(manifest.digest, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test.each([
    ["capital letters", (hex: string) => `sha256:${hex.toUpperCase()}`],
    ["half of the digits", (hex: string) => `sha256:${hex.slice(0, 32)}`],
    ["another algorithm", (hex: string) => `sha512:${hex}${hex}`],
  ])("a digest of %s is not asked for: whatever it sent would be taken", async (_what, write) => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    server.fault(answers(MANIFESTS, sent));
    const pinned = write(manifest.digest.slice("sha256:".length));
    await expect(app.manifests.get(pinned, signal)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    await expect(app.manifests.resolve(pinned, signal)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    expect(server.requests).toEqual([]);
  });

  test("other bytes than its own header says are refused, by tag too", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const headers = { ...sent.headers, "docker-content-digest": manifest.digest };
    server.fault(answers(MANIFESTS, { ...sent, headers }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test("a digest that is said to be another one is refused", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const headers = {
      "content-type": MEDIA_TYPES.ociManifest,
      "content-length": "10",
      "docker-content-digest": freshBlob().digest,
    };
    server.fault(answers("HEAD /v2/team/app/manifests/", { status: 200, headers }));
    await expect(app.manifests.resolve(manifest.digest, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test.each([
    ["no digest", { "docker-content-digest": "" }],
    ["a digest of another kind", { "docker-content-digest": `sha512:${"a".repeat(128)}` }],
    ["no type", { "content-type": "application/json" }],
    ["no size", { "content-length": "0" }],
  ])("a head with %s is no answer: the manifest is read", async (_what, wrong) => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const headers = {
      "content-type": manifest.mediaType,
      "content-length": "10",
      "docker-content-digest": manifest.digest,
      ...wrong,
    };
    server.fault(answers("HEAD /v2/team/app/manifests/", { status: 200, headers }));
    expect(await app.manifests.resolve("1", signal)).toEqual({
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.length,
    });
  });

  test("a registry that knows no HEAD is read from", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    server.fault(answers("HEAD /v2/team/app/manifests/", { status: 405 }));
    expect((await app.manifests.resolve("1", signal))?.digest).toBe(manifest.digest);
  });

  test("a push that is stored as something else fails", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const headers = { "docker-content-digest": freshBlob().digest };
    server.fault(answers("PUT /v2/team/app/manifests/", { status: 201, headers }));
    await expect(app.manifests.put("2", manifest, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test.each([
    ["a page of HTML", "<html>Sign in</html>"],
    ["an empty page", ""],
    ["a list", "[]"],
    ["a thousand levels", `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`],
  ])("%s is no manifest", async (_what, body) => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    server.fault(answers(MANIFESTS, { ...sent, body }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("MANIFEST_INVALID");
  });

  test("a manifest without end is read no further than 4 MB", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    server.fault(({ method, path }, response) => {
      if (!`${method} ${path}`.startsWith(MANIFESTS)) return;
      response.writeHead(200, sent.headers);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, " "))) {}
      };
      response.on("drain", more);
      more();
      return true;
    });
    await expect(app.manifests.get("1", signal)).toThrowWithCode("MANIFEST_INVALID");
    expect(app.traffic().bytesDown).toBeLessThan(5_000_000);
  });

  test("headers without end are refused", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    server.fault(answers(MANIFESTS, { ...sent, headers: { "x-padding": "x".repeat(100_000) } }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
  });
});

describe("a registry that lies about blobs", () => {
  const blob = blobOf("what was promised");

  test.each([
    ["other bytes", "What was promised"],
    ["too many bytes", "what was promised, and more"],
    ["too few bytes", "what was"],
  ])("%s are never taken for the blob", async (_what, body) => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    serverRepository(server.store, "team/app").blobs.set(blob.digest, Buffer.from(body));
    const reading = app.blobs.open(blob, signal).then(buffer);
    await expect(reading).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test("too many bytes of no stated number are cut off at the size", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    server.fault(({ method, path }, response) => {
      if (method !== "GET" || !path.includes("/blobs/sha256:")) return;
      response.writeHead(200);
      response.write(`${blob.bytes}`);
      response.end(Buffer.alloc(1000));
      return true;
    });
    const reading = app.blobs.open(blob, signal).then(buffer);
    await expect(reading).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test("an upload that is stored as something else fails", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const headers = { "docker-content-digest": freshBlob().digest };
    server.fault(answers("PUT /v2/team/app/blobs/uploads/", { status: 201, headers }));
    await expect(app.blobs.put(blob, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });
});

describe("a registry whose lists are none", () => {
  const TAGS = "GET /v2/team/app/tags/list";

  test("a list that goes on in a circle ends", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const headers = { link: '</v2/team/app/tags/list?last=1>; rel="next"' };
    server.fault(answers(TAGS, { status: 200, headers, body: '{"tags":["1"]}' }));
    await expect(app.manifests.tags(signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(server.requests.length).toBeLessThan(6);
  });

  test.each(["{}x", '{"tags":"1"}', '{"tags":[1]}'])("%s is no list of tags", async (body) => {
    await using subject = await startSubject();
    subject.server.fault(answers(TAGS, { status: 200, body }));
    await expect(subject.app.manifests.tags(subject.signal)).toThrowWithCode("REGISTRY_FAILED");
  });

  test("a repository without tags says null", async () => {
    await using subject = await startSubject();
    subject.server.fault(answers(TAGS, { status: 200, body: '{"name":"team/app","tags":null}' }));
    expect(await subject.app.manifests.tags(subject.signal)).toEqual([]);
  });
});
