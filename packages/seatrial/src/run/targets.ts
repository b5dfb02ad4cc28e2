import type { ProjectTarget } from "../compose/index.ts";
import type { Project } from "../config/index.ts";
import type { BuildTarget } from "../model/index.ts";

/** The build target of a stage of the project's own Dockerfile. */
export function projectTarget(project: Project, stage: string): BuildTarget {
  const { image } = project.config;
  const found = project.dockerfile.stages.find((each) => each.key === stage);
  return {
    key: stage,
    context: image.context,
    dockerfile: image.dockerfile,
    // A stage without a name can only be the last one, which is what a build without a stage makes.
    stage: found?.name,
    args: image.args,
    secrets: image.secrets,
    contexts: image.contexts,
    ssh: [],
    platform: image.platform,
    extraHosts: [],
    labels: {},
    cacheFrom: [],
  };
}

/** Those of all stages that a Compose file can name. */
export function projectTargets(project: Project): ProjectTarget[] {
  return project.dockerfile.stages
    .map((stage) => ({ stage, isLast: isLastStage(project, stage.key) }))
    .filter(({ stage, isLast }) => stage.name !== undefined || isLast)
    .map(({ stage, isLast }) => ({ target: projectTarget(project, stage.key), isLastStage: isLast }));
}

/** True for the stage that a build without a stage makes. */
export function isLastStage(project: Project, stage: string): boolean {
  return project.dockerfile.stages.at(-1)?.key === stage;
}
