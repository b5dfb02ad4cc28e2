import type { Digest } from "../model/index.ts";
import { formatReference } from "../registry/index.ts";
import type { CandidatePlan } from "./plan.ts";
import { tagName } from "./tag-name.ts";

/** The name under which a target's image is pushed: its tag, and the whole of it as engines take it. */
export function candidateName(options: {
  plan: CandidatePlan;
  target: string;
  /** The target that ships. */
  release: string;
  imageId: Digest;
}): { tag: string; reference: string } {
  const { plan, target, release, imageId } = options;
  const base = plan.tag ?? `candidate-${imageId.slice("sha256:".length, "sha256:".length + 12)}`;
  const tag = tagName(target === release ? base : `${base}-${target}`) ?? base;
  return { tag, reference: formatReference({ ...plan.repository, tag }) };
}
