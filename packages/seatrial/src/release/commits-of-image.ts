import { attestedCommits, type Signer } from "../attest/index.ts";
import type { Digest } from "../model/index.ts";
import { type Descriptor, isCompanion, type Repository, readManifest } from "../registry/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { commitsInTags } from "./candidate-name.ts";
import { readImageConfig } from "./image-config.ts";

export interface CommitsOptions {
  /** Where the image lies. */
  repository: Repository;
  digest: Digest;
  /** Whose attestations alone say of which commit images are. */
  signer?: Signer | undefined;
  /** Where images wait for their tests. */
  candidates: Repository;
  /** The project writes the commit into a label of its images; else such a label is of an image below them. */
  isLabelled: boolean;
  signal: AbortSignal;
}

/** The label by which images say of which commit they are. */
export const REVISION_LABEL = "org.opencontainers.image.revision";

/** None when nobody says; `unread`: somebody may, and could not be heard. */
export type CommitsOfImage = { commits: string[] } | { unread: ToolError };

/** Anybody who may push can have put it there: it says nothing, and holds nothing back. */
const SAYS_NOTHING = [
  ...["ATTESTED_IMAGE_NOT_FOUND", "BLOB_NOT_FOUND", "MANIFEST_INVALID"],
  ...["REFERRERS_TAG_TAKEN", "REGISTRY_DIGEST_MISMATCH"],
];

/**
 * The commits that an image in a registry was made of. With a key its attestations say so, and nothing that anybody else who pushes could
 * have written; without one its label, else the tags under which it waited. What the registry does not tell is no reason not to release.
 */
export async function commitsOfImage(options: CommitsOptions): Promise<CommitsOfImage> {
  const { signer, repository, digest, signal } = options;
  try {
    if (signer === undefined) return { commits: await byImage(options) };
    const keys = [signer.publicKey];
    return { commits: await attestedCommits({ repository, subject: digest, keys, signal }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isToolError(error)) throw error;
    return SAYS_NOTHING.includes(error.code) ? { commits: [] } : { unread: error };
  }
}

async function byImage(options: CommitsOptions): Promise<string[]> {
  const { repository, candidates, isLabelled, signal } = options;
  const configs = await configsOf(options);
  if (isLabelled) {
    const read = configs.map((config) => readImageConfig({ repository, config, signal }));
    const labels = (await Promise.all(read)).flatMap((config) => config?.labels[REVISION_LABEL] ?? []);
    const commits = labels.filter((label) => /^[0-9a-f]{40,64}$/.test(label));
    if (commits.length > 0) return [...new Set(commits)];
  }
  return commitsInTags({
    tags: await candidates.manifests.tags(signal),
    imageIds: [options.digest, ...configs.map((config) => config.digest)],
  });
}

/** Of the image, or of the first of an index. */
async function configsOf(
  options: Pick<CommitsOptions, "repository" | "digest" | "signal">,
): Promise<Descriptor[]> {
  const { repository, digest, signal } = options;
  const manifest = await repository.manifests.get(digest, signal);
  if (manifest === undefined) return [];
  const content = readManifest(manifest, digest);
  if (content.kind === "image") return [content.config];
  const first = content.manifests.find((each) => !isCompanion(each));
  const child = first && (await repository.manifests.get(first.digest, signal));
  const image = child && readManifest(child, child.digest);
  return image?.kind === "image" ? [image.config] : [];
}
