import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../engine/index.ts";
import type { Digest } from "../../model/index.ts";
import { archiveStream, blobName, digestOf, ociArchive, streamOf } from "../testing/archive.ts";
import { type TarFile, tarOf } from "../testing/tar.ts";
import { type CheckWorld, check } from "../testing/world.ts";

const LOWER = tarOf([{ name: "bin/gcc", mode: 0o755, content: "x".repeat(5000) }]);
const UPPER = tarOf([{ name: "bin/.wh.gcc" }, { name: "app/a", content: "y".repeat(300) }]);
const layers = [LOWER, UPPER];

/** One block as it is, in a frame that says its size. */
function asZstd(layer: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(layer.length, 5);
  head.writeUIntLE((layer.length << 3) | 1, 9, 3);
  return Buffer.concat([head, layer]);
}

/** Checks an image whose engine exports this instead, given the image's id. */
async function checkExport(stream: (id: Digest) => NodeJS.ReadableStream, world: CheckWorld = {}) {
  return await check({
    layers,
    settings: { absent: ["gcc"] },
    ...world,
    engine: (real): Engine => ({
      ...real,
      images: {
        ...real.images,
        export: async ([id]) => stream(id as Digest) as Awaited<ReturnType<Engine["images"]["export"]>>,
      },
    }),
  });
}

type Archive = ReturnType<typeof ociArchive>;

const configName = (id: Digest) => `${id.slice("sha256:".length)}.json`;
const legacy = (id: Digest, names: string[], further: TarFile[] = []): TarFile[] => [
  { name: "l1/", flag: "5" },
  { name: "l1/VERSION", content: "1.0" },
  { name: "l1/layer.tar", content: LOWER },
  { name: "l2/json", content: "{}" },
  { name: "l2/layer.tar", content: UPPER },
  ...further,
  { name: configName(id), content: JSON.stringify({ rootfs: { diff_ids: layers.map(digestOf) } }) },
  { name: "manifest.json", content: JSON.stringify([{ Config: configName(id), Layers: names }]) },
  { name: "repositories", content: "{}" },
];

describe("an export", () => {
  it.each([
    [
      "a folder for each layer, the manifest last",
      (id: Digest) => archiveStream(legacy(id, ["l1/layer.tar", "l2/layer.tar"])),
    ],
    ["blobs as they are", (id: Digest) => archiveStream(ociArchive(layers, { id }).entries)],
    ["blobs with gzip", (id: Digest) => archiveStream(ociArchive(layers, { id, compress: true }).entries)],
    ["blobs with zstd", (id: Digest) => archiveStream(ociArchive(layers, { id, blob: asZstd }).entries)],
    ["pieces of single bytes", (id: Digest) => streamOf(tarOf(ociArchive(layers, { id }).entries), 1)],
  ])("is read in the layout of %s", async (_what, stream) => {
    const { outcome, find } = await checkExport(stream);
    expect(outcome.problem).toBeUndefined();
    expect(find("check.absent gcc")?.message).toMatch(/^\/bin\/gcc .*layer 1 of 2.*deleted by layer 2 of 2/);
    expect(outcome.reading?.release.uncompressed).toBe(5300);
  });

  it.each(["its configuration", "its manifest", "an index with its manifest"])(
    "may call an image by the digest of %s, and have another one of the same layers before it",
    async (what) => {
      const [other, own] = ["other", "own"].map((whose) => {
        const history = layers.map((_, at) => ({ created_by: `RUN ${whose}-${at + 1}` }));
        return ociArchive(layers, { config: { history } });
      }) as [Archive, Archive];
      const manifest = digestOf("the manifest");
      const [Other, Own] = [other, own].map(({ configId }) => ({
        Config: blobName(configId),
        Layers: layers.map((layer) => blobName(digestOf(layer))),
      }));
      const blob = (digest: Digest, content: object) => ({
        name: blobName(digest),
        content: JSON.stringify(content),
      });
      const entries = (id: Digest): TarFile[] => [
        ...[...other.entries, ...own.entries].filter(({ name }) => name !== "manifest.json"),
        ...(what === "its manifest" ? [blob(id, { config: { digest: own.configId } })] : []),
        ...(what.startsWith("an index")
          ? [
              blob(manifest, { config: { digest: own.configId } }),
              blob(id, { manifests: [{ digest: manifest }] }),
            ]
          : []),
        { name: "manifest.json", content: JSON.stringify([Other, Own]) },
      ];
      const world = what === "its configuration" ? { id: own.configId } : {};
      const { find, outcome } = await checkExport((id) => archiveStream(entries(id)), world);
      expect(outcome.problem).toBeUndefined();
      expect(find("check.absent gcc")?.message).toMatch(/layer 1 of 2 \(`RUN own-1`\)/);
    },
  );

  it("takes compressed sizes from the engine where it has them, and measures them otherwise", async () => {
    const compressed = await checkExport((id: Digest) =>
      archiveStream(ociArchive(layers, { id, compress: true }).entries),
    );
    const sizes = layers.map((layer) => gzipSync(layer).length).reduce((a, b) => a + b);
    expect(compressed.outcome.reading?.release.transferred).toBe(sizes);
    const plain = await checkExport((id: Digest) => archiveStream(ociArchive(layers, { id }).entries));
    const measured = layers.map((layer) => gzipSync(layer, { level: 1 }).length).reduce((a, b) => a + b);
    expect(plain.outcome.reading?.release).toMatchObject({ transferred: measured });
  });

  it("may have a layer twice, as a link to the first", async () => {
    const twice = [LOWER, UPPER, LOWER];
    const config = JSON.stringify({ rootfs: { diff_ids: twice.map(digestOf) } });
    const names = ["l1/layer.tar", "l2/layer.tar", "l3/layer.tar"];
    const link = { name: "l3/layer.tar", flag: "2", link: "../l1/layer.tar" };
    const entriesOf = (id: Digest) =>
      legacy(id, names, [link]).map((each) =>
        each.name === configName(id) ? { ...each, content: config } : each,
      );
    const { outcome } = await checkExport((id) => archiveStream(entriesOf(id)), { layers: twice });
    expect(outcome.problem).toBeUndefined();
    expect(outcome.reading?.release).toMatchObject({ layers: 3, uncompressed: 10_300 });
    expect(outcome.reading?.waste.own).toBe(5000);
  });

  it.each([
    [
      "another layer's bytes",
      (id: Digest) => archiveStream(legacy(id, ["l1/layer.tar", "l1/layer.tar"])),
      /layer 2 should be sha256:\w+, and its bytes are sha256:/,
    ],
    [
      "a layer that is missing",
      (id: Digest) => archiveStream(legacy(id, ["l1/layer.tar", "l9/layer.tar"])),
      /layer 2 .* is not in the export/,
    ],
    [
      "links in circles",
      (id: Digest) =>
        archiveStream(
          legacy(
            id,
            ["l1/layer.tar", "a/layer.tar"],
            [{ name: "a/layer.tar", flag: "2", link: "layer.tar" }],
          ),
        ),
      /layer 2 .* is not in the export/,
    ],
    [
      "another image with the same layers",
      () => archiveStream(ociArchive(layers).entries),
      /holds no image with this id/,
    ],
    [
      "another image",
      (id: Digest) => archiveStream(ociArchive([LOWER], { id }).entries),
      /holds no image with the layers/,
    ],
    ["no manifest", () => archiveStream([{ name: "a", content: "b" }]), /holds no image with this id/],
    [
      "a manifest that is none",
      () => archiveStream([{ name: "manifest.json", content: '[{"Layers":3}]' }]),
      /holds no image/,
    ],
    ["nothing", () => archiveStream([]), /holds no image/],
    [
      "half of it",
      (id: Digest) => streamOf(tarOf(legacy(id, ["l1/layer.tar", "l2/layer.tar"])).subarray(0, 6000)),
      /no tar of images/,
    ],
    ["text", () => streamOf(Buffer.from("<html>".repeat(500))), /no tar of images/],
    [
      "broken gzip",
      (id: Digest) =>
        archiveStream(
          ociArchive(layers, {
            id,
            blob: (layer) => gzipSync(layer).subarray(0, -12),
          }).entries,
        ),
      /cannot be decompressed/,
    ],
    [
      "broken zstd",
      (id: Digest) =>
        archiveStream(ociArchive(layers, { id, blob: (layer) => asZstd(layer).subarray(0, -12) }).entries),
      /cannot be decompressed/,
    ],
    [
      "a layer that is no tar",
      () => archiveStream([{ name: "l1/layer.tar", content: "no tar ".repeat(200) }]),
      /no intact tar/,
    ],
  ])("that holds %s is refused, whatever else the image may have", async (_what, stream, message) => {
    const { outcome, exitCodes } = await checkExport(stream);
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "LAYERS_UNREADABLE" }, results: [] });
    expect(outcome.problem?.message).toMatch(message);
    expect(exitCodes).toEqual([3]);
  });

  it("that breaks off fails with the engine's own error, and an abort is no error at all", async () => {
    const { engineError } = await import("../../engine/index.ts");
    const lost = engineError({ code: "ENGINE_CONNECTION_LOST", message: "gone" });
    const breaking = (id: Digest) => {
      const stream = archiveStream(ociArchive(layers, { id }).entries);
      stream.once("data", () => stream.destroy(lost));
      return stream;
    };
    const broken = await checkExport(breaking);
    expect(broken.outcome).toMatchObject({ status: "failed", problem: { code: "ENGINE_CONNECTION_LOST" } });
    const stop = new AbortController();
    const stopping = (id: Digest) => {
      const stream = archiveStream(ociArchive(layers, { id }).entries);
      stream.once("data", () => stop.abort(new Error("stopped by the user")));
      return stream;
    };
    const stopped = await checkExport(stopping, { signal: stop.signal });
    expect(stopped.outcome).toMatchObject({ status: "stopped", problem: undefined });
    expect(stopped.exitCodes).toEqual([]);
  });
});
