import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { Digest } from "../../model/index.ts";
import { type TarFile, tarOf } from "./tar.ts";

export function digestOf(content: Buffer | string): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** An export in the layout of the OCI, as engines from 25 on write it. */
export function ociArchive(
  layers: readonly Buffer[],
  options: { compress?: boolean; config?: object; blob?: (layer: Buffer) => Buffer } = {},
): { entries: TarFile[]; diffIds: Digest[] } {
  const blob = options.blob ?? ((layer: Buffer) => (options.compress === true ? gzipSync(layer) : layer));
  const blobs = layers.map(blob);
  const diffIds = layers.map(digestOf);
  const config = JSON.stringify({ rootfs: { type: "layers", diff_ids: diffIds }, ...options.config });
  const nameOf = (content: Buffer | string) => `blobs/sha256/${digestOf(content).slice(7)}`;
  const manifest = [{ Config: nameOf(config), Layers: blobs.map(nameOf) }];
  return {
    diffIds,
    entries: [
      { name: "blobs/", flag: "5" },
      ...[...new Set([...blobs, Buffer.from(config)])].map((content) => ({ name: nameOf(content), content })),
      { name: "index.json", content: "{}" },
      { name: "manifest.json", content: JSON.stringify(manifest) },
      { name: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
    ],
  };
}

/** The bytes as a stream that comes in pieces. */
export function streamOf(bytes: Buffer, pieceSize = 10_000): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize));
  return Readable.from(pieces, { objectMode: false });
}

/** An archive as a stream. */
export function archiveStream(entries: readonly TarFile[]): Readable {
  return streamOf(tarOf(entries));
}
