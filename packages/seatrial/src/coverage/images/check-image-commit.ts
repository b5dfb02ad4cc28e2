import type { Problem } from "../../model/index.ts";
import type { ToolContainer } from "../collect/tool-agents.ts";
import { coverageProblem } from "../errors.ts";
import { areSame } from "../units/check-commits.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import type { ToolImage } from "./tool-image.ts";

/** What many builders write into images: the commit that they are of. */
const REVISION = "org.opencontainers.image.revision";

/**
 * A problem where image and unit say that they are of different commits. No more than that: an image that does not set the label has that
 * of its base, and of which of the two it is nobody can tell.
 */
export function checkImageCommit(options: {
  unit: Pick<VerifiedUnit, "manifest">;
  container: Pick<ToolContainer, "image">;
  image: ToolImage;
}): Problem[] {
  const { unit, container, image } = options;
  const { commit = "", service } = unit.manifest;
  const revision = container.image.config.labels[REVISION] ?? "";
  if (commit === "" || revision === "" || areSame(commit, revision)) return [];
  return [
    coverageProblem({
      code: "COVERAGE_COMMITS_DIFFER",
      message: `The image ${image.image} says that it is of commit ${revision.slice(0, 12)}, and the profiles of ${service} are of ${commit.slice(0, 12)}.`,
      hint: `Name the image that ran: with other sources the figures are wrong. Nothing is wrong where its label ${REVISION} is only that of its base image.`,
    }),
  ];
}
