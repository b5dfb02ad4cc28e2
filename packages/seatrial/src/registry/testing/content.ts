import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { digestOf } from "../digest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import type { Descriptor, Manifest, Repository } from "../registry.ts";

/** Bytes with their digest, ready to be put. */
export function blobOf(content: string | Buffer) {
  const bytes = Buffer.from(content);
  return { digest: digestOf(bytes), size: bytes.length, bytes, open: () => Readable.from([bytes]) };
}

/** A blob that is nowhere yet. */
export function freshBlob(size = 100) {
  return blobOf(randomBytes(size));
}

/** A manifest from its fields. */
export function manifestOf(content: { mediaType?: string; [field: string]: unknown }): Manifest {
  const mediaType = content.mediaType ?? MEDIA_TYPES.ociManifest;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...content, mediaType }));
  return { digest: digestOf(bytes), mediaType, bytes };
}

export function descriptorOf(
  blob: { digest: Descriptor["digest"]; size: number },
  mediaType = "application/octet-stream",
): Descriptor {
  return { mediaType, digest: blob.digest, size: blob.size };
}

/** The manifest of an image with one layer, and its blobs. */
export function imageOf(annotations: Record<string, string> = {}) {
  const config = blobOf(JSON.stringify({ architecture: "amd64", os: "linux", random: freshBlob().digest }));
  const layer = freshBlob(1000);
  const manifest = manifestOf({
    config: descriptorOf(config, "application/vnd.oci.image.config.v1+json"),
    layers: [descriptorOf(layer, "application/vnd.oci.image.layer.v1.tar")],
    annotations,
  });
  return { config, layer, manifest };
}

/** Pushes such an image without a tag. */
export async function pushImage(repository: Repository, signal: AbortSignal) {
  const image = imageOf();
  await repository.blobs.put(image.config, signal);
  await repository.blobs.put(image.layer, signal);
  await repository.manifests.put(image.manifest.digest, image.manifest, signal);
  return image;
}

/** What an attestation looks like: an artifact that points at a manifest. */
export function referrerTo(
  subject: Manifest,
  options: { layer: ReturnType<typeof blobOf>; artifactType: string },
) {
  return manifestOf({
    artifactType: options.artifactType,
    config: descriptorOf(blobOf("{}"), MEDIA_TYPES.ociEmpty),
    layers: [descriptorOf(options.layer, options.artifactType)],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
    annotations: { "test.number": options.layer.digest },
  });
}
