import type { Digest, Platform, PushedImage } from "../model/index.ts";
import {
  formatReference,
  type RegistryClient,
  type Repository,
  type RepositoryName,
  resolveBeforePush,
} from "../registry/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { readRecord } from "./build-record.ts";
import { readCandidate } from "./candidate.ts";
import type { CandidatePlan } from "./plan.ts";
import { tagName } from "./tag-name.ts";

export interface FindReleasedOptions {
  registries: RegistryClient;
  /** Where releases go, and the immutable tags of this one as the project writes them. */
  repository: RepositoryName;
  tags: readonly string[];
  /** Where images wait for their tests, and where it is kept which of them belong together. */
  candidate: Pick<CandidatePlan, "repository">;
  commit: string;
  /** The target that ships, and all that would be built. */
  release: string;
  targets: readonly string[];
  /** Of the machine: other images could not be tested here. */
  platform: Platform;
  /** Hears that the registry does not let us look: nothing was released, for all that is known. */
  onDenied?: ((error: ToolError) => void) | undefined;
  signal: AbortSignal;
}

/** What was released of a commit already. */
export interface ReleasedImages {
  /** One of the tags that name it. */
  tag: string;
  images: PushedImage[];
}

/**
 * The images of an earlier release of this commit: an immutable tag of the release names one of them, so that no other can be released
 * under it. Undefined where there was none, or where what was tested with it cannot be found any more.
 */
export async function findReleased(options: FindReleasedOptions): Promise<ReleasedImages | undefined> {
  const { registries, commit, release, targets, platform, signal } = options;
  const taken = await takenTags(options);
  const [first, ...others] = taken;
  if (first === undefined || others.some(({ digest }) => digest !== first.digest)) return undefined;
  const repository = registries.repository(options.candidate.repository);
  const ships = await readPushed({ repository, digest: first.digest, target: release, signal });
  if (ships === undefined || !fits(ships.platform, platform)) return undefined;
  const record = await readRecord({ repository, commit, imageId: ships.imageId, signal });
  if (record?.get(release) !== ships.digest) return undefined;
  const images = await Promise.all(
    targets.map(async (target) => {
      const digest = record.get(target);
      return digest === undefined ? undefined : await readPushed({ repository, digest, target, signal });
    }),
  );
  const found = images.filter((image) => image !== undefined);
  return found.length === targets.length ? { tag: first.tag, images: found } : undefined;
}

/** The tags of the release that name something. */
async function takenTags(options: FindReleasedOptions): Promise<{ tag: string; digest: Digest }[]> {
  const { registries, tags, onDenied, signal } = options;
  const { manifests } = registries.repository(options.repository);
  const names = new Set(tags.flatMap((name) => tagName(name) ?? []));
  const found = await Promise.all(
    [...names].map(async (tag) => {
      const found = await resolveBeforePush({ manifests, reference: tag, onDenied, signal });
      const digest = found?.digest;
      return digest === undefined ? [] : [{ tag, digest }];
    }),
  );
  return found.flat();
}

const UNUSABLE = ["CANDIDATE_NOT_FOUND", "CANDIDATE_INVALID", "MANIFEST_INVALID", "BLOB_NOT_FOUND"];

/** One image by its digest, as its own bytes describe it; undefined for an index of several, and for what is no image. */
async function readPushed(options: {
  repository: Repository;
  digest: Digest;
  target: string;
  signal: AbortSignal;
}): Promise<PushedImage | undefined> {
  const { repository, digest, target, signal } = options;
  try {
    const { manifest, images } = await readCandidate({ repository, reference: digest, signal });
    const [image, ...others] = images;
    if (image === undefined || others.length > 0) return undefined;
    return {
      target,
      reference: formatReference({ ...repository.name, digest }),
      digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.length,
      imageId: image.configId,
      layers: image.layers,
      platform: image.platform,
    };
  } catch (error) {
    if (UNUSABLE.some((code) => isToolError(error, code))) return undefined;
    throw error;
  }
}

/** Images may name a variant that engines do not. */
function fits(image: Platform, machine: Platform): boolean {
  return image === machine || image.startsWith(`${machine}/`) || machine.startsWith(`${image}/`);
}
