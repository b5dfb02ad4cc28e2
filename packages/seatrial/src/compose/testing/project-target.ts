import type { BuildTarget } from "../../model/index.ts";
import { buildTarget } from "../../model/testing/build-target.ts";
import type { ProjectTarget } from "../project-target.ts";

/** The target `release` of a project in /project. */
export function projectTarget(rest: Partial<BuildTarget>, isLastStage = false): ProjectTarget {
  return { target: buildTarget({ dockerfile: "/project/Dockerfile", ...rest }), isLastStage };
}
