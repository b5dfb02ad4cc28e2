import { describe, expect, test } from "vitest";
import { readManifest } from "./manifest.ts";
import { MEDIA_TYPES } from "./media-types.ts";
import { blobOf, descriptorOf, imageOf, manifestOf, referrerTo } from "./testing/content.ts";

const read = (content: { mediaType?: string; [field: string]: unknown }) =>
  readManifest(manifestOf(content), "it");
const blob = descriptorOf(blobOf("x"));

describe("reading a manifest", () => {
  test("an image's manifest names its configuration and its layers", () => {
    const { manifest, config, layer } = imageOf({ a: "b" });
    expect(readManifest(manifest, "it")).toMatchObject({
      kind: "image",
      config: { digest: config.digest, size: config.size },
      layers: [{ digest: layer.digest, size: layer.size }],
      annotations: { a: "b" },
    });
  });

  test("a referrer names its subject and its type", () => {
    const { manifest } = imageOf();
    const referrer = referrerTo(manifest, { layer: blobOf("r"), artifactType: "application/x" });
    expect(readManifest(referrer, "it")).toMatchObject({
      subject: { digest: manifest.digest },
      artifactType: "application/x",
    });
  });

  test("an index names a manifest for each platform", () => {
    const platform = { os: "linux", architecture: "arm64", variant: "v8" };
    const index = { mediaType: MEDIA_TYPES.dockerIndex, manifests: [{ ...blob, platform, urls: [] }] };
    expect(read(index)).toMatchObject({ kind: "index", manifests: [{ ...blob, platform }] });
  });

  test("a list of nothing may be null", () => {
    expect(read({ mediaType: MEDIA_TYPES.ociIndex, manifests: null })).toMatchObject({ manifests: [] });
  });

  const image = { config: blob, layers: [blob] };
  test.each([
    ["another type than it was sent as", { bytes: { ...image, mediaType: MEDIA_TYPES.ociIndex } }],
    ["a manifest that is an index too", { bytes: { ...image, manifests: [] } }],
    ["an index that is a manifest too", { type: MEDIA_TYPES.ociIndex, bytes: { manifests: [], layers: [] } }],
    ["a type that nobody knows", { type: "text/html", bytes: image }],
    ["no configuration", { bytes: { layers: [] } }],
    ["layers that are no list", { bytes: { config: blob, layers: {} } }],
    ["a layer without digest", { bytes: { config: blob, layers: [{ ...blob, digest: "sha256:1" }] } }],
    ["a layer of negative size", { bytes: { config: blob, layers: [{ ...blob, size: -1 }] } }],
    ["another list of layers, for readers who ignore case", { bytes: { ...image, Layers: [] } }],
    ["another configuration", { bytes: { ...image, CONFIG: blob } }],
    ["another type", { bytes: { ...image, MediaType: MEDIA_TYPES.ociIndex } }],
    ["another subject", { bytes: { ...image, \u017fubject: blob } }],
    ["another digest of a layer", { bytes: { config: blob, layers: [{ ...blob, Digest: "" }] } }],
    ["another size of the configuration", { bytes: { config: { ...blob, Size: 1 }, layers: [] } }],
    ["other images", { type: MEDIA_TYPES.ociIndex, bytes: { manifests: [blob], Manifests: [blob] } }],
    [
      "another platform of an image",
      { type: MEDIA_TYPES.ociIndex, bytes: { manifests: [{ ...blob, platform: { os: "a", OS: "b" } }] } },
    ],
    ["two lists of layers", { text: `{"config":${JSON.stringify(blob)},"layers":[],"layers":[]}` }],
    ["a list", { bytes: [] }],
    ["no JSON", { text: "<html>" }],
    ["40 levels", { text: `{"a":${"[".repeat(40)}${"]".repeat(40)}}` }],
    ["5 MB", { text: `{"a":"${"x".repeat(5_000_000)}"}` }],
  ])(
    "%s is refused",
    async (_what, { type, bytes, text }: { type?: string; bytes?: object; text?: string }) => {
      const given = {
        mediaType: type ?? MEDIA_TYPES.ociManifest,
        bytes: Buffer.from(text ?? JSON.stringify(bytes)),
      };
      await expect(() => readManifest(given, "it")).toThrowWithCode("MANIFEST_INVALID");
    },
  );

  test("annotations may have any keys", () => {
    const annotations = { Layers: "1", Digest: "2", layers: "3" };
    const content = { ...image, layers: [{ ...blob, annotations }], annotations };
    expect(read(content)).toMatchObject({ annotations, layers: [{ annotations }] });
  });

  test("brackets inside of texts are no depth", () => {
    const note = '\\" [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{{{{{{{{{{{{{{{{{{{{{{{{{{';
    expect(read({ ...image, annotations: { note } })).toMatchObject({ annotations: { note } });
  });
});
