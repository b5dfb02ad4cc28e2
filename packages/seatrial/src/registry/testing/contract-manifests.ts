import { expect, test } from "vitest";
import { ToolError } from "../../support/error.ts";
import type { RegistryContext } from "../contract.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import { freshBlob, imageOf, manifestOf, pushImage } from "./content.ts";

export function describeManifests(context: () => RegistryContext): void {
  test("a repository that nobody has pushed to is empty, and no failure", async () => {
    const { repository, signal } = context();
    const { manifests, blobs, referrers } = repository();
    const { digest } = freshBlob();
    expect(await manifests.get("latest", signal)).toBeUndefined();
    expect(await manifests.resolve("latest", signal)).toBeUndefined();
    expect(await manifests.get(digest, signal)).toBeUndefined();
    expect(await manifests.tags(signal)).toEqual([]);
    expect(await blobs.has(digest, signal)).toBe(false);
    expect(await referrers.list({ subject: digest, signal })).toEqual([]);
  });

  test("a manifest comes back byte for byte, by digest and by tag", async () => {
    const { repository, again, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    await app.manifests.put("1.0", manifest, signal);
    const { manifests } = again(app);
    expect(await manifests.get(manifest.digest, signal)).toEqual(manifest);
    expect(await manifests.get("1.0", signal)).toEqual(manifest);
    const { digest, mediaType, bytes } = manifest;
    expect(await manifests.resolve("1.0", signal)).toEqual({ digest, mediaType, size: bytes.length });
    expect(await manifests.resolve(digest, signal)).toEqual({ digest, mediaType, size: bytes.length });
  });

  test("a tag moves to what it was put to last", async () => {
    const { repository, signal } = context();
    const app = repository();
    const [first, second] = [await pushImage(app, signal), await pushImage(app, signal)];
    await app.manifests.put("latest", first.manifest, signal);
    await app.manifests.put("latest", second.manifest, signal);
    expect((await app.manifests.resolve("latest", signal))?.digest).toBe(second.manifest.digest);
    expect(await app.manifests.get(first.manifest.digest, signal)).toEqual(first.manifest);
  });

  test("a further tag moves no bytes of blobs", async () => {
    const { repository, again, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const promoting = again(app);
    await promoting.manifests.put("1.0", manifest, signal);
    const traffic = promoting.traffic();
    expect(traffic).toMatchObject({ blobBytesUp: 0, bytesUp: manifest.bytes.length, blobsMounted: 0 });
    expect(traffic.requests).toBeGreaterThan(0);
  });

  test("an index is stored once its manifests are there", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const index = manifestOf({
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [
        {
          mediaType: manifest.mediaType,
          digest: manifest.digest,
          size: manifest.bytes.length,
          platform: { os: "linux", architecture: "amd64" },
        },
      ],
    });
    await app.manifests.put("all", index, signal);
    expect(await app.manifests.get("all", signal)).toEqual(index);
  });

  test("bytes under a digest that is not theirs are refused", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const { digest } = freshBlob();
    const wrong = { ...manifest, digest };
    await expect(app.manifests.put("1.0", wrong, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
    await expect(app.manifests.put(digest, manifest, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
    expect(await app.manifests.resolve("1.0", signal)).toBeUndefined();
  });

  test("a manifest whose blobs are missing is refused", async () => {
    const { repository, signal } = context();
    const app = repository();
    await pushImage(app, signal);
    // Some say so, and some fail over it.
    await expect(app.manifests.put("broken", imageOf().manifest, signal)).rejects.toBeInstanceOf(ToolError);
    expect(await app.manifests.tags(signal)).not.toContain("broken");
  });

  test("what is no name is refused before anything is asked", async () => {
    const { repository, subject, signal } = context();
    const { manifests, traffic, name } = repository();
    for (const wrong of ["", "..", "../blobs/x", "a b", "sha256:123", `a${"x".repeat(128)}`]) {
      await expect(manifests.get(wrong, signal)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
      await expect(manifests.put(wrong, imageOf().manifest, signal)).toThrowWithCode(
        "IMAGE_REFERENCE_INVALID",
      );
    }
    for (const wrong of ["", "..", "../x", "Team/app", "a//b"]) {
      const open = () => subject.connect().repository({ ...name, repository: wrong });
      await expect(open).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    }
    expect(traffic().requests).toBe(0);
  });

  test("all tags are listed", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const tags = ["a", "b", "c", "d", "e"];
    for (const tag of tags) await app.manifests.put(tag, manifest, signal);
    expect((await app.manifests.tags(signal)).sort()).toEqual(tags);
  });

  test("every call refuses a signal that has aborted, with its reason", async () => {
    const { repository } = context();
    const { manifests, blobs, referrers, name } = repository();
    const reason = new Error("stopped by the user");
    const signal = AbortSignal.abort(reason);
    const { manifest, layer } = imageOf();
    const calls: (() => Promise<unknown>)[] = [
      () => manifests.get("latest", signal),
      () => manifests.resolve("latest", signal),
      () => manifests.put("latest", manifest, signal),
      () => manifests.tags(signal),
      () => blobs.has(layer.digest, signal),
      () => blobs.open(layer, signal),
      () => blobs.put(layer, signal),
      () => blobs.mount(layer, { ...name, repository: "other/app" }, signal),
      () => referrers.list({ subject: manifest.digest, signal }),
    ];
    for (const call of calls) await expect(call(), call.toString()).rejects.toBe(reason);
  });
}
