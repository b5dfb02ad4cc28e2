import type { Digest, PushedImage } from "../model/index.ts";
import {
  type Descriptor,
  digestOf,
  familiarName,
  MEDIA_TYPES,
  type Repository,
  readManifest,
} from "../registry/index.ts";

/** Which target a manifest of the record is the image of. */
const TARGET = "dev.seatrial.target";
/** Digits of an image's id: enough that two of one commit differ. */
const SHOWN = 12;

/** Where the record of a build lies. A dot, since names of other targets follow on a dash. */
export function recordTag(commit: string, imageId: Digest): string {
  return `candidate-${commit}-${imageId.slice("sha256:".length, "sha256:".length + SHOWN)}.images`;
}

/**
 * Keeps beside the candidates which images one build of a commit made together, as an index under a tag that names the commit and the
 * image that ships: a later pipeline of the commit finds the test image that belongs to what was released.
 */
export async function writeRecord(options: {
  repository: Repository;
  commit: string;
  release: string;
  images: readonly PushedImage[];
  signal: AbortSignal;
}): Promise<void> {
  const { repository, commit, release, images, signal } = options;
  const ships = images.find(({ target }) => target === release);
  if (ships === undefined) return;
  const mediaType = MEDIA_TYPES.ociIndex;
  // What ships comes first: whoever pulls the record itself gets that.
  const manifests = [ships, ...images.filter((image) => image !== ships)].map(descriptorOf);
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await repository.manifests.put(
    recordTag(commit, ships.imageId),
    { digest: digestOf(bytes), mediaType, bytes },
    signal,
  );
}

/** The digests that were built together with an image, by target; undefined where nothing is recorded of this commit. */
export async function readRecord(options: {
  repository: Repository;
  commit: string;
  /** Of the image that ships. */
  imageId: Digest;
  signal: AbortSignal;
}): Promise<Map<string, Digest> | undefined> {
  const { repository, commit, imageId, signal } = options;
  const tag = recordTag(commit, imageId);
  const found = await repository.manifests.get(tag, signal);
  if (found === undefined) return undefined;
  const content = readManifest(found, `${familiarName(repository.name)}:${tag}`);
  if (content.kind !== "index") return undefined;
  return new Map(
    content.manifests.flatMap(({ annotations, digest }) => {
      const target = annotations?.[TARGET];
      return target === undefined ? [] : [[target, digest] as const];
    }),
  );
}

function descriptorOf({ mediaType, digest, size, platform, target }: PushedImage): Descriptor {
  const [os = "", architecture = "", variant] = platform.split("/");
  return {
    mediaType,
    digest,
    size,
    platform: { os, architecture, variant },
    annotations: { [TARGET]: target },
  };
}
