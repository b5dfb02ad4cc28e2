import type { Digest, ImageIdentity, TagReceipt } from "../model/index.ts";
import { type Repository, readManifest } from "../registry/index.ts";
import { isToolError } from "../support/error.ts";
import type { KnownCandidate } from "./candidate.ts";
import { judgeRelease } from "./judge-release.ts";
import type { PrepareOptions } from "./prepare.ts";
import type { PreparedRelease } from "./prepared.ts";
import { readTags, refuseTaken } from "./tags.ts";

/**
 * Judges the release of an image that the engine holds and that will be pushed first, as far as it can be known: all but whether an
 * immutable tag names the very manifest that the push will make. Changes nothing.
 */
export async function previewHeld(
  options: Omit<PrepareOptions, "image" | "expected"> & {
    identity: ImageIdentity;
    /** Where it is released to. */
    repository: Repository;
  },
): Promise<Pick<PreparedRelease, "judgement" | "tags">> {
  const { plan, identity, repository, signal } = options;
  const { tags, warnings } = await readTags({ repository, tags: plan.tags, mayBeMissing: true, signal });
  const [{ judgement }, others] = await Promise.all([
    judgeRelease({ ...options, candidate: candidateOf(identity) }),
    namingOthers({ ...options, tags }),
  ]);
  const taken = refuseTaken({ repository: repository.name, tags: others, digest: identity.imageId });
  return {
    tags,
    judgement: {
      ...judgement,
      refusals: [...judgement.refusals, ...taken],
      warnings: [...judgement.warnings, ...warnings],
    },
  };
}

/** Its engine's id stands for its manifest, which is not made yet. */
function candidateOf({ imageId, platform, layers }: ImageIdentity): KnownCandidate {
  const manifest = { digest: imageId };
  return { manifest, images: [{ manifest, configId: imageId, platform, layers }] };
}

/** Immutable tags that name an image which this one cannot become, whatever its push makes of it. */
async function namingOthers(options: {
  tags: readonly TagReceipt[];
  identity: ImageIdentity;
  repository: Repository;
  signal: AbortSignal;
}): Promise<TagReceipt[]> {
  const { tags, identity } = options;
  const taken = tags.filter(({ kind, before }) => kind === "immutable" && before !== undefined);
  const digests = [...new Set(taken.flatMap(({ before }) => before ?? []))];
  const known = await Promise.all(digests.map((digest) => idsIn({ ...options, digest })));
  const other = new Set(digests.filter((_, index) => known[index]?.includes(identity.imageId) === false));
  return taken.filter(({ before }) => before !== undefined && other.has(before));
}

/** What an engine may call the image of a manifest; undefined when the manifest is gone. */
async function idsIn(options: {
  digest: Digest;
  repository: Repository;
  signal: AbortSignal;
}): Promise<Digest[] | undefined> {
  const { digest, repository, signal } = options;
  const manifest = await repository.manifests.get(digest, signal);
  if (manifest === undefined) return undefined;
  try {
    const content = readManifest(manifest, digest);
    return content.kind === "image"
      ? [digest, content.config.digest]
      : [digest, ...content.manifests.map((each) => each.digest)];
  } catch (error) {
    // Whatever somebody has put there, an engine does not push it.
    if (isToolError(error, "MANIFEST_INVALID")) return [digest];
    throw error;
  }
}
