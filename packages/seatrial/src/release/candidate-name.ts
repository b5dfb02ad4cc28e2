import type { Digest } from "../model/index.ts";
import { formatReference } from "../registry/index.ts";
import type { CandidatePlan } from "./plan.ts";
import { tagName } from "./tag-name.ts";

/** Digits of an image's id: enough that two of one commit differ. */
const SHOWN = 12;

/** The commits in those of a repository's tags by which one of these images waited as what ships. */
export function commitsInTags(options: { tags: readonly string[]; imageIds: readonly Digest[] }): string[] {
  const { tags, imageIds } = options;
  const ends = new Set(imageIds.map(shortId));
  const commits = tags.flatMap((tag) => {
    const [, commit, id] = /^candidate-([0-9a-f]{40,64})-([0-9a-f]+)$/.exec(tag) ?? [];
    return commit !== undefined && id !== undefined && ends.has(id) ? [commit] : [];
  });
  return [...new Set(commits)];
}

function shortId(imageId: Digest): string {
  return imageId.slice("sha256:".length, "sha256:".length + SHOWN);
}

/**
 * The name under which a target's image is pushed: its tag, and the whole of it as engines take it. The image is a part of it, so that
 * jobs for other platforms, builds of one commit and projects that share a repository do not take each other's names: what has no name
 * may be removed by the registry before it is tested.
 */
export function candidateName(options: {
  plan: CandidatePlan;
  target: string;
  /** The target that ships. */
  release: string;
  imageId: Digest;
}): { tag: string; reference: string } {
  const { plan, target, release, imageId } = options;
  const base = plan.tag ?? `${plan.prefix}-${shortId(imageId)}`;
  const tag = tagName(target === release ? base : `${base}-${target}`) ?? base;
  return { tag, reference: formatReference({ ...plan.repository, tag }) };
}
