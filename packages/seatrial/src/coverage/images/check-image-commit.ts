import type { Problem } from "../../model/index.ts";
import type { ToolContainer } from "../collect/tool-agents.ts";
import { coverageError } from "../errors.ts";
import { areSame } from "../units/check-commits.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import type { ToolImage } from "./tool-image.ts";

/** What many builders write into images: the commit that they are of. */
const REVISION = "org.opencontainers.image.revision";

/** Fails with COVERAGE_COMMITS_DIFFER where image and unit say that they are of different commits; with `force` that is a problem only. */
export function checkImageCommit(options: {
  unit: Pick<VerifiedUnit, "manifest">;
  container: Pick<ToolContainer, "image">;
  image: ToolImage;
  force: boolean;
}): Problem[] {
  const { unit, container, image, force } = options;
  const { commit = "", service } = unit.manifest;
  const revision = container.image.config.labels[REVISION] ?? "";
  if (commit === "" || revision === "" || areSame(commit, revision)) return [];
  const problem = {
    code: "COVERAGE_COMMITS_DIFFER",
    message: `The image ${image.image} is of commit ${revision.slice(0, 12)}, and the profiles of ${service} are of ${commit.slice(0, 12)}.`,
    hint: "Name the image that ran: its sources and programs are those that the profiles are about. Or read them all the same with --force.",
  } as const;
  if (!force) throw coverageError(problem);
  return [
    { ...problem, hint: "They were read because of --force: figures of files that changed are wrong." },
  ];
}
