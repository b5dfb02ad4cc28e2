import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BuildTarget } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";

/** A target that the project builds by its own configuration. */
export interface ProjectTarget {
  target: BuildTarget;
  /** It is what a build without a stage makes: the last stage of its Dockerfile. */
  isLastStage: boolean;
}

/** The key of the project's own target that builds the same image as a service's `build` section, if there is one. */
export function matchProjectTarget(
  context: ServiceContext,
  options: { target: BuildTarget; projectTargets: readonly ProjectTarget[] },
): string | undefined {
  const { target, projectTargets } = options;
  const stages = projectTargets.filter((own) => buildsSameStage(own, target));
  const same = stages.find((own) => hasSameInputs(own.target, target));
  if (same !== undefined) return same.target.key;
  const near = stages[0]?.target;
  if (near !== undefined) {
    context.note({
      key: "build",
      becomes: `built as ${target.key}, beside the project's own target ${near.key}`,
      why: `the two differ in ${differences(near, target).join(", ")}`,
    });
  }
  return undefined;
}

/** Whether a build may have steps in common with the project's own targets: it reads the same Dockerfile and folder. */
export function sharesSteps(target: BuildTarget, projectTargets: readonly ProjectTarget[]): boolean {
  return projectTargets.some((own) => readsSameFiles(own.target, target));
}

function readsSameFiles(own: BuildTarget, target: BuildTarget): boolean {
  if (target.dockerfileInline !== undefined || own.dockerfileInline !== undefined) return false;
  if (path.resolve(own.context) !== path.resolve(target.context)) return false;
  return dockerfileOf(own) === dockerfileOf(target);
}

function buildsSameStage(own: ProjectTarget, target: BuildTarget): boolean {
  if (!readsSameFiles(own.target, target)) return false;
  if (target.stage === undefined) return own.isLastStage;
  return (own.target.stage ?? own.target.key).toLowerCase() === target.stage.toLowerCase();
}

/** What else of a target shows in the image that it makes. Secrets, caches and hosts do not. */
const INPUTS = ["args", "contexts", "labels", "platform"] as const;

function hasSameInputs(own: BuildTarget, target: BuildTarget): boolean {
  return differences(own, target).length === 0;
}

function differences(own: BuildTarget, target: BuildTarget): string[] {
  return INPUTS.filter((key) => !isDeepStrictEqual(own[key] ?? undefined, target[key] ?? undefined));
}

function dockerfileOf(target: BuildTarget): string {
  return path.resolve(target.context, target.dockerfile ?? "Dockerfile");
}
