import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { Digest } from "../../model/index.ts";
import { type TarFile, tarOf } from "./tar.ts";

export function digestOf(content: Buffer | string): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

export interface OciArchiveOptions {
  /** What its configuration is called. Default: its digest, as engines have it. */
  id?: Digest;
  compress?: boolean;
  config?: object;
  blob?: (layer: Buffer) => Buffer;
}

/** An export in the layout of the OCI, as engines from 25 on write it. */
export function ociArchive(
  layers: readonly Buffer[],
  options: OciArchiveOptions = {},
): { entries: TarFile[]; diffIds: Digest[]; configId: Digest } {
  const blob = options.blob ?? ((layer: Buffer) => (options.compress === true ? gzipSync(layer) : layer));
  const blobs = layers.map(blob);
  const diffIds = layers.map(digestOf);
  const config = JSON.stringify({ rootfs: { type: "layers", diff_ids: diffIds }, ...options.config });
  const nameOf = (content: Buffer | string) => blobName(digestOf(content));
  const configId = options.id ?? digestOf(config);
  const manifest = [{ Config: blobName(configId), Layers: blobs.map(nameOf) }];
  return {
    diffIds,
    configId,
    entries: [
      { name: "blobs/", flag: "5" },
      ...[...new Set(blobs)].map((content) => ({ name: nameOf(content), content })),
      { name: blobName(configId), content: config },
      { name: "index.json", content: "{}" },
      { name: "manifest.json", content: JSON.stringify(manifest) },
      { name: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
    ],
  };
}

/** Where the OCI's layout has a blob. */
export function blobName(digest: Digest): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
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
