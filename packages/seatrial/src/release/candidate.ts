import type { Digest, ImageIdentity, Platform } from "../model/index.ts";
import {
  type Descriptor,
  familiarName,
  type ImageManifest,
  isCompanion,
  type Manifest,
  type Repository,
  type RepositoryName,
  readManifest,
} from "../registry/index.ts";
import { EXIT } from "../support/error.ts";
import { releaseError } from "./errors.ts";
import { readImageConfig } from "./image-config.ts";

/** An image of a registry, read and checked byte for byte: one for each platform of an index. */
export interface Candidate {
  repository: RepositoryName;
  /** What is promoted: the image's manifest, or the index. */
  manifest: Manifest;
  images: CandidateImage[];
  /** Manifests that an index has besides its images, such as a builder's attestations. */
  companions: StoredManifest[];
}

/** A manifest and the blobs that it names. */
export interface StoredManifest {
  manifest: Manifest;
  blobs: Descriptor[];
}

export interface CandidateImage extends StoredManifest {
  /** The digest of its configuration. */
  configId: Digest;
  platform: Platform;
  /** The ordered diff ids. */
  layers: Digest[];
  labels: Readonly<Record<string, string>>;
  /** The same layers as the registry has them, in the same order. */
  packed: Descriptor[];
}

/** What can be known of an image before a registry has it, too. */
export type KnownImage = Pick<CandidateImage, "configId" | "platform" | "layers"> & {
  manifest: Pick<Manifest, "digest">;
};

/** What evidence is looked for: an image of a registry, or one that will be pushed there. */
export interface KnownCandidate {
  /** Absent: no registry has it. */
  repository?: RepositoryName | undefined;
  manifest: Pick<Manifest, "digest">;
  images: readonly KnownImage[];
}

/** The most manifests that an index may have. */
const MOST_MANIFESTS = 64;

/** Reads an image from a registry by digest or tag. Fails with CANDIDATE_NOT_FOUND or CANDIDATE_INVALID. */
export async function readCandidate(options: {
  repository: Repository;
  reference: string;
  signal: AbortSignal;
}): Promise<Candidate> {
  const { repository, reference, signal } = options;
  const found = await repository.manifests.get(reference, signal);
  const place = `${familiarName(repository.name)}${reference.includes(":") ? "@" : ":"}${reference}`;
  if (found === undefined) throw notFound(place, repository.login());
  const content = readManifest(found, place);
  if (content.kind === "image") {
    const image = await readImage({ ...options, manifest: found, content, place });
    return { repository: repository.name, manifest: found, images: [image], companions: [] };
  }
  const { manifests } = content;
  if (manifests.length > MOST_MANIFESTS) throw invalid(place, `it has ${manifests.length} manifests`);
  const children = await Promise.all(
    manifests.map(async (descriptor) => {
      const manifest = await repository.manifests.get(descriptor.digest, signal);
      if (manifest === undefined) throw invalid(place, `its ${descriptor.digest} is not in the repository`);
      const inner = readManifest(manifest, `${place}, ${descriptor.digest}`);
      if (inner.kind === "index") throw invalid(place, "it is an index of indexes");
      if (isCompanion(descriptor)) return { manifest, blobs: blobsOf(inner) };
      const image = await readImage({ ...options, manifest, content: inner, place });
      checkPlatform(image, descriptor, place);
      return image;
    }),
  );
  const images = children.filter((child) => "configId" in child);
  if (images.length === 0) throw invalid(place, "it has no image for any platform");
  const companions = children.filter((child) => !("configId" in child));
  return { repository: repository.name, manifest: found, images, companions };
}

/** How an image of a registry differs from one that was built or tested; undefined when it is the same. */
export function differenceTo(
  tested: Pick<ImageIdentity, "imageId" | "layers" | "platform">,
  options: { image: KnownImage; index: Digest },
): string | undefined {
  const { image } = options;
  if (!idsOf(options).includes(tested.imageId))
    return `its configuration is ${image.configId}, not ${tested.imageId}`;
  if (image.layers.join() !== tested.layers.join()) return "its layers are others";
  if (image.platform !== tested.platform) return `it is for ${image.platform}, not for ${tested.platform}`;
  return undefined;
}

/** What engines call an image: its configuration's digest or, with the containerd store, its manifest's or index's. */
export function idsOf(options: { image: KnownImage; index: Digest }): Digest[] {
  const { image, index } = options;
  return [image.configId, image.manifest.digest, index];
}

/** What was pushed or is to be released is not what was built or tested. */
export function imageSwapped(place: string, difference: string, cause?: unknown): Error {
  return releaseError({
    code: "IMAGE_SWAPPED",
    message: `${place} is not the image that was tested: ${difference}.`,
    hint: "Somebody else may have pushed there. Build, push and test again, and find out who did.",
    cause,
  });
}

async function readImage(options: {
  repository: Repository;
  manifest: Manifest;
  content: ImageManifest;
  place: string;
  signal: AbortSignal;
}): Promise<CandidateImage> {
  const { repository, manifest, content, place, signal } = options;
  if (content.subject !== undefined) throw invalid(place, "it is attached to another manifest");
  const config = await readImageConfig({ repository, config: content.config, signal });
  if (config === undefined) throw invalid(place, "its configuration is not an image's");
  if (config.layers.length !== content.layers.length)
    throw invalid(place, `it has ${content.layers.length} layers, its configuration ${config.layers.length}`);
  const { config: described, layers: packed } = content;
  return { manifest, blobs: blobsOf(content), configId: described.digest, packed, ...config };
}

function blobsOf({ config, layers }: ImageManifest): Descriptor[] {
  return [...new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()];
}

/** Engines choose by what the index says of a platform, so that it must say the truth. */
function checkPlatform(image: CandidateImage, { platform }: Descriptor, place: string): void {
  if (platform === undefined) return;
  const { os, architecture, variant } = platform;
  const said = [os, architecture, variant].filter(Boolean).join("/");
  if (shortPlatform(image.platform) === shortPlatform(said)) return;
  // Without a variant an index means any.
  if (!variant && image.platform.startsWith(`${said}/`)) return;
  throw invalid(place, `its index says ${said} of an image for ${image.platform}`);
}

/** 64-bit ARM has one variant, which some write down and others do not. */
function shortPlatform(platform: Platform): Platform {
  return platform.replace(/^([^/]+\/arm64)\/v8$/, "$1");
}

function notFound(place: string, login: string): Error {
  return releaseError({
    code: "CANDIDATE_NOT_FOUND",
    message: `The registry has no ${place}; it was asked ${login}.`,
    hint: "Push it with `seatrial build --push`; registries may also remove images that have no tag.",
    exitCode: EXIT.failed,
  });
}

function invalid(place: string, why: string): Error {
  return releaseError({ code: "CANDIDATE_INVALID", message: `${place} cannot be released: ${why}.` });
}
