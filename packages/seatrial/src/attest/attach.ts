import { Readable } from "node:stream";
import type { Digest } from "../model/index.ts";
import { type Descriptor, digestOf, type Manifest, MEDIA_TYPES, type Repository } from "../registry/index.ts";
import { BUNDLE_MEDIA_TYPE, type Bundle, formatBundle } from "./bundle.ts";
import { canonicalJson } from "./canonical-json.ts";
import { TEST_RESULT_TYPE } from "./statement.ts";

/** The configuration of what has none. */
const EMPTY = { mediaType: MEDIA_TYPES.ociEmpty, bytes: Buffer.from("{}") };

export interface AttachOptions {
  repository: Repository;
  /** The image's manifest, which is there already. */
  subject: Pick<Descriptor, "mediaType" | "digest" | "size">;
  /** As it is stored. */
  bundle: Bundle | Buffer;
  now: () => number;
  signal: AbortSignal;
}

/** Stores a bundle beside the image and lists it as a referrer (OCI 1.1, or the fallback tag). The answer is the referrer's manifest. */
export async function attachBundle(options: AttachOptions): Promise<Descriptor> {
  const { repository, subject, now, signal } = options;
  const bytes = Buffer.isBuffer(options.bundle) ? options.bundle : formatBundle(options.bundle);
  await Promise.all([put(repository, EMPTY.bytes, signal), put(repository, bytes, signal)]);
  const content = canonicalJson({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: BUNDLE_MEDIA_TYPE,
    config: descriptorOf(EMPTY.bytes, EMPTY.mediaType),
    layers: [descriptorOf(bytes, BUNDLE_MEDIA_TYPE)],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: {
      "org.opencontainers.image.created": new Date(now()).toISOString(),
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": TEST_RESULT_TYPE,
    },
  });
  const manifest: Manifest = {
    digest: digestOf(content),
    mediaType: MEDIA_TYPES.ociManifest,
    bytes: content,
  };
  return await repository.referrers.attach(manifest, signal);
}

async function put(repository: Repository, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const blob = { digest: digestOf(bytes), size: bytes.length, open: () => Readable.from([bytes]) };
  await repository.blobs.put(blob, signal);
}

function descriptorOf(bytes: Buffer, mediaType: string): { mediaType: string; digest: Digest; size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
