import type { Digest } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";
import { recordedImages } from "./recorded-images.ts";

/**
 * The manifests that are known to have the layers which their configuration names, since an engine made them of the image that it
 * holds, and said their digests when this program pushed them. Content addresses carry that on: whatever has the digest has the layers.
 * Runs say what they pushed; what they took from an earlier release they did not push. Where none of them speaks of this image, the list
 * of pushed images counts if a run on those images names the same digest, as only one of the two may have been changed.
 */
export function provenManifests(options: {
  project: string;
  evidence: readonly Evidence[];
  /** As the list of pushed images has it. */
  listed?: { imageId: Digest; digest?: Digest | undefined } | undefined;
}): Set<Digest> {
  const { project, evidence, listed } = options;
  const recorded = recordedImages(options);
  const proven = new Set(recorded.filter(({ taken }) => !taken).map(({ image }) => image.digest));
  if (listed?.digest === undefined) return proven;
  if (recorded.some(({ image }) => image.imageId === listed.imageId)) return proven;
  const tested = evidence.flatMap(({ outcome }) => (outcome.project === project ? outcome.images : []));
  return tested.some(({ manifest }) => manifest === listed.digest) ? proven.add(listed.digest) : proven;
}
