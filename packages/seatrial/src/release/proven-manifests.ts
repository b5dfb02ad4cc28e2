import type { Digest } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";

/**
 * The manifests that are known to have the layers which their configuration names, since an engine made them of the image that it
 * holds, and said their digests when this program pushed them. Content addresses carry that on: whatever has the digest has the layers.
 * Runs say what they pushed. Where none of them pushed this image, the list of pushed images counts if a run on those images names the
 * same digest, as only one of the two may have been changed.
 */
export function provenManifests(options: {
  project: string;
  evidence: readonly Evidence[];
  /** As the list of pushed images has it. */
  listed?: { imageId: Digest; digest?: Digest | undefined } | undefined;
}): Set<Digest> {
  const { project, evidence, listed } = options;
  const outcomes = evidence.map(({ outcome }) => outcome).filter((outcome) => outcome.project === project);
  const pushed = outcomes.flatMap((outcome) => outcome.pushed ?? []);
  const proven = new Set(pushed.map(({ digest }) => digest));
  if (listed?.digest === undefined || pushed.some(({ imageId }) => imageId === listed.imageId)) return proven;
  const taken = outcomes.flatMap(({ images }) => images.map(({ manifest }) => manifest));
  return taken.includes(listed.digest) ? proven.add(listed.digest) : proven;
}
