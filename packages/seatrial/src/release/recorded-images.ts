import type { PushedImage } from "../model/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Evidence } from "./evidence.ts";

/** An image of a registry as the run recorded it that put it there, or that took it from an earlier release. */
export interface RecordedImage {
  image: PushedImage;
  run: string;
  /** It was not built: the run was given what lay in the registry already. */
  taken: boolean;
  /** It is the target that ships. */
  ships: boolean;
  source: { commit?: string | undefined; dirty?: boolean | undefined };
}

/** What runs of a project recorded as pushed, in the order of the evidence. */
export function recordedImages(options: { project: string; evidence: readonly Evidence[] }): RecordedImage[] {
  return options.evidence.flatMap(({ outcome }) => {
    const { run, images, pushed = [], release, source, project } = outcome;
    if (project !== options.project) return [];
    // Only what a run was given has a manifest before it is pushed.
    const given = new Set(images.flatMap(({ target, manifest }) => (manifest === undefined ? [] : [target])));
    return pushed.map((image) => ({
      image,
      run,
      taken: given.has(image.target),
      ships: image.target === release,
      source,
    }));
  });
}

/** Whether an image is one that runs took, and none built: a list of pushed images may have lost that it says so. */
export function isRecordedAsTaken(options: {
  project: string;
  evidence: readonly Evidence[];
  candidate: Pick<Candidate, "images">;
}): boolean {
  const ids = new Set(options.candidate.images.map(({ configId }) => configId));
  const own = recordedImages(options).filter(({ image }) => ids.has(image.imageId));
  return own.length > 0 && own.every(({ taken }) => taken);
}
