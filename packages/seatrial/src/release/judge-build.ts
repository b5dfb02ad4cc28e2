import type { Digest, Platform, Problem } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";
import { recordedImages } from "./recorded-images.ts";

/**
 * Judges the list of pushed images by what the build itself recorded. Tests follow a list that was changed before they ran, and agree
 * with it then. Only builds of this commit without changes on top count: of a tree with changes every build may be another image.
 */
export function judgeBuild(options: {
  project: string;
  evidence: readonly Evidence[];
  commit: string | undefined;
  /** Absent: nobody has listed the image. */
  listed: { imageId: Digest; platform: Platform } | undefined;
}): Problem[] {
  const { commit, listed } = options;
  if (listed === undefined || commit === undefined) return [];
  const builds = recordedImages(options).filter(
    ({ ships, source, image }) =>
      ships && source.commit === commit && source.dirty === false && image.platform === listed.platform,
  );
  const [newest] = builds;
  if (newest === undefined || builds.some(({ image }) => image.imageId === listed.imageId)) return [];
  return [
    {
      code: "IMAGE_SWAPPED",
      message: `The list of pushed images names ${listed.imageId}, and run ${newest.run}, which built commit ${commit.slice(0, 12)}, recorded that it pushed ${newest.image.imageId}.`,
      hint: "Somebody may have changed the list since. Build, push and test again, and find out who did; or, where another build made it, name the runs that count with --evidence.",
    },
  ];
}
