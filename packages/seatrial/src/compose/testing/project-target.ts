import type { BuildTarget } from "../../model/index.ts";
import type { ProjectTarget } from "../project-target.ts";

/** The target `release` of a project in /project. */
export function projectTarget(rest: Partial<BuildTarget>, isLastStage = false): ProjectTarget {
  const target: BuildTarget = {
    key: "release",
    context: "/project",
    dockerfile: "/project/Dockerfile",
    args: {},
    secrets: [],
    contexts: {},
    ssh: [],
    extraHosts: [],
    labels: {},
    cacheFrom: [],
    ...rest,
  };
  return { target, isLastStage };
}
