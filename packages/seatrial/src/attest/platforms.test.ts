import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { type Descriptor, digestOf, type Manifest, MEDIA_TYPES } from "../registry/index.ts";
import { attestImage } from "./attest-image.ts";
import { openBundle } from "./bundle.ts";
import { image } from "./testing/evidence.ts";
import { type Harbour, harbour, outcomeOf, signal } from "./testing/harbour.ts";

const NAME = { registry: "registry.example.com", repository: "shop" };

/** An index of two images under the tag `all`, with what a builder adds to it. */
async function index(at: Harbour, change: (images: Descriptor[]) => Descriptor[] = (images) => images) {
  const arm = at.registry.addImage(NAME, { layers: ["arm"], platform: "linux/arm64" });
  const { digest, mediaType, bytes } = arm.manifest;
  const images: Descriptor[] = [
    { ...at.subject, platform: { os: "linux", architecture: "amd64" } },
    {
      mediaType,
      digest,
      size: bytes.length,
      platform: { os: "linux", architecture: "arm64", variant: "v8" },
    },
    { ...at.subject, platform: { os: "unknown", architecture: "unknown" } },
  ];
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: change(images),
  });
  const content = Buffer.from(text);
  const manifest: Manifest = { digest: digestOf(content), mediaType: MEDIA_TYPES.ociIndex, bytes: content };
  await at.repository.manifests.put("all", manifest, signal);
  const platformOf = (imageId: string) => (imageId === arm.imageId ? "linux/arm64/v8" : "linux/amd64");
  const attest = async (...imageIds: Descriptor["digest"][]) => {
    const statements = imageIds.map((imageId) =>
      at.statement({
        subject: { name: "registry.example.com/shop", digest: manifest.digest, imageId },
        outcomes: [
          outcomeOf(imageId, { images: [{ ...image("release", imageId), platform: platformOf(imageId) }] }),
        ],
      }),
    );
    const subject = { mediaType: manifest.mediaType, digest: manifest.digest, size: content.length };
    const { repository, ours: signer } = at;
    await using folder = await makeFolder({});
    const receipts = await attestImage({
      repository,
      subject,
      statements,
      signer,
      folder: folder.path,
      now: Date.now,
      signal,
    });
    return await Promise.all(
      receipts.map(async ({ file }) => [
        file,
        openBundle(await readFile(`${folder.path}/${file}`), [signer.publicKey]).state,
      ]),
    );
  };
  return { manifest, arm, attest };
}

describe("an index of images for several platforms", () => {
  it("holds when each of its images is attested", async () => {
    const at = await harbour();
    const { manifest, arm, attest } = await index(at);
    const kept = await attest(at.image.imageId, arm.imageId);
    expect(kept).toEqual([
      ["attestations/unit.suite.linux-amd64.sigstore.json", "signed"],
      ["attestations/unit.suite.linux-arm64-v8.sigstore.json", "signed"],
    ]);
    const verification = await at.verify({ reference: "all", require: { suites: ["unit"] } });
    expect(verification).toMatchObject({
      digest: manifest.digest,
      images: [
        { platform: "linux/amd64", imageId: at.image.imageId },
        { platform: "linux/arm64/v8", imageId: arm.imageId },
      ],
      problems: [],
    });
    expect(verification.attestations.map(({ imageId }) => imageId).sort()).toEqual(
      [at.image.imageId, arm.imageId].sort(),
    );
  });

  it("does not when one of them is not", async () => {
    const at = await harbour();
    const { attest } = await index(at);
    await attest(at.image.imageId);
    expect((await at.verify({ reference: "all" })).problems).toEqual([
      "unit on linux/arm64/v8: no attestation by the keys that were given",
    ]);
  });

  it("does not for an image that is in no index of that digest", async () => {
    const at = await harbour();
    const { attest } = await index(at);
    await attest(digestOf("somewhere else"));
    const { holds, ignored } = await at.verify({ reference: "all" });
    expect([holds, ignored.map(({ why }) => why)]).toEqual([false, ["other-image"]]);
  });

  it("is not vouched for by what is attached to one of its images, nor the other way round", async () => {
    const at = await harbour();
    const { attest, arm } = await index(at);
    await at.attach(at.statement());
    expect((await at.verify({ reference: "all" })).problems).toEqual(["nothing is attached to this image"]);
    await attest(at.image.imageId, arm.imageId);
    expect((await at.verify({ reference: arm.manifest.digest })).holds).toBe(false);
  });

  it("is no image when it lists none, or more than any real one", async () => {
    for (const change of [
      () => [],
      ([first]: Descriptor[]) => Array.from({ length: 65 }, () => first).filter((each) => each !== undefined),
    ]) {
      const at = await harbour();
      await index(at, change);
      await expect(at.verify({ reference: "all" })).toThrowWithCode("ATTESTED_IMAGE_NOT_FOUND");
    }
  });
});
