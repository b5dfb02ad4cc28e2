import type { Project, SuiteConfig } from "../config/index.ts";
import { chosenSuites, namedServices } from "./wanted-services.ts";

/**
 * The stages that the images of all suites come from, where that is everything their services need of a build. Undefined where the
 * Compose file has a say in what is built, or where there is none to spare.
 */
export function stagesWithoutCompose(project: Project): string[] | undefined {
  const named = namedServices({ project, only: [] });
  const arePulled = named?.every((name) => project.pulledServices.includes(name)) ?? false;
  // A template's commands count where its service is started, which Compose knows.
  const steps = Object.values(project.config.spaces).flatMap(({ template }) => template.steps);
  if (!arePulled || steps.some(({ kind }) => kind === "command")) return undefined;
  return [project.config.image.release, ...suiteStages(chosenSuites({ project, only: [] }))];
}

/** The stages of the project's own Dockerfile that suites run in, or test as an app. */
export function suiteStages(suites: readonly SuiteConfig[]): string[] {
  return suites.flatMap(({ target, app }) => [target ?? [], app?.target ?? []].flat());
}
