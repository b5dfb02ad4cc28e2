import type { Digest } from "../model/index.ts";
import { formatReference } from "../registry/index.ts";
import type { CandidatePlan } from "./plan.ts";
import { tagName } from "./tag-name.ts";

/** Digits of an image's id: enough that two of one commit differ. */
const SHOWN = 12;

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
  const base = plan.tag ?? `${plan.prefix}-${imageId.slice("sha256:".length, "sha256:".length + SHOWN)}`;
  const tag = tagName(target === release ? base : `${base}-${target}`) ?? base;
  return { tag, reference: formatReference({ ...plan.repository, tag }) };
}
