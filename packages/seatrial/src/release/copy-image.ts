import { Readable } from "node:stream";
import { type Descriptor, type Repository, resolveBeforePush } from "../registry/index.ts";
import type { Candidate, StoredManifest } from "./candidate.ts";
import { someAtOnce } from "./some-at-once.ts";

/** Blobs that are mounted at once. */
const AT_ONCE = 6;

/**
 * Puts an image, or an index with its images, into another repository under its digest, byte for byte. Blobs are mounted; only those
 * that the registry will not mount are uploaded. Nothing is done when the digest is there.
 */
export async function copyImage(options: {
  candidate: Candidate;
  from: Repository;
  to: Repository;
  signal: AbortSignal;
}): Promise<void> {
  const { candidate, to, signal } = options;
  const { digest } = candidate.manifest;
  if ((await resolveBeforePush({ ...to, reference: digest, signal })) !== undefined) return;
  const children: StoredManifest[] = [...candidate.images, ...candidate.companions];
  const blobs = new Map(children.flatMap((child) => child.blobs).map((blob) => [blob.digest, blob]));
  await someAtOnce([...blobs.values()].filter(isStored), {
    most: AT_ONCE,
    work: (blob) => copyBlob({ ...options, blob }),
  });
  // An index may only name what is there.
  for (const { manifest } of children) await to.manifests.put(manifest.digest, manifest, signal);
  if (!children.some(({ manifest }) => manifest.digest === digest))
    await to.manifests.put(digest, candidate.manifest, signal);
}

async function copyBlob(options: {
  blob: Descriptor;
  from: Repository;
  to: Repository;
  signal: AbortSignal;
}): Promise<void> {
  const { blob, from, to, signal } = options;
  const isMounted =
    from.name.registry === to.name.registry && (await to.blobs.mount(blob, from.name, signal));
  if (isMounted) return;
  await to.blobs.put({ ...blob, open: () => Readable.from(bytesOf(blob, from, signal)) }, signal);
}

async function* bytesOf(blob: Descriptor, from: Repository, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* await from.blobs.open(blob, signal);
}

/** Layers of some base images are by their licence fetched elsewhere, and lie in no registry. */
function isStored({ mediaType }: Descriptor): boolean {
  return !/foreign|nondistributable/.test(mediaType);
}
