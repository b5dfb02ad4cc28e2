import { createHash } from "node:crypto";
import type { BuildResult, ImageIdentity, SpacePlan } from "../../model/index.ts";
import { digestFiles, type ServicePlan } from "../../services/index.ts";
import type { RunPlan } from "../run-plan.ts";

/** Everything that spaces are made by, for an owner that has not built it itself. Plain data. */
export interface Definitions {
  /** The same means that spaces are the same. */
  digest: string;
  plans: SpacePlan[];
  /** The names of those that are made ready before somebody asks. */
  early: string[];
  /** One-shots that build templates. */
  steps: ServicePlan[];
  /** What commands and one-shots of templates run in, by target. */
  images: ImageIdentity[];
}

/**
 * The definitions of a plan, with what was built for them; without a build they are whole where no target is needed. Fails as the
 * build did, or as the file system does.
 */
export async function definitionsOf(
  plan: Pick<RunPlan, "spaces" | "earlySpaces" | "steps">,
  build?: Promise<BuildResult>,
): Promise<Definitions> {
  const targets = [...targetsOf(plan)];
  // Before the build ends: what is written meanwhile is no part of what the plan says.
  const contents = await Promise.all([
    ...plan.spaces.flatMap(contentsOf),
    ...plan.steps.map(({ spec }) => digestFiles(spec.files)),
  ]);
  const built = targets.length === 0 ? undefined : (await build)?.images;
  const images = targets.flatMap((target) => built?.get(target) ?? []);
  const ids = images.map(({ target, imageId }) => [target, imageId]);
  const digest = createHash("sha256")
    .update(JSON.stringify([plan.spaces, plan.steps, ids, contents]))
    .digest("hex");
  return { digest, plans: plan.spaces, early: plan.earlySpaces, steps: plan.steps, images };
}

/** What each definition is made by, by its name, before anything is built: two that differ here make different spaces. */
export async function digestDefinitions(
  plan: Pick<RunPlan, "spaces" | "steps">,
): Promise<Record<string, string>> {
  const entries = plan.spaces.map(async (space) => {
    const named = space.template.steps.flatMap((step) => (step.kind === "service" ? [step.service] : []));
    const steps = plan.steps.filter(({ spec }) => named.includes(spec.name));
    const contents = await Promise.all([
      ...contentsOf(space),
      ...steps.map(({ spec }) => digestFiles(spec.files)),
    ]);
    const text = JSON.stringify([space, steps, contents]);
    return [space.name, createHash("sha256").update(text).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The build targets that templates need. */
export function targetsOf({ spaces, steps }: Pick<RunPlan, "spaces" | "steps">): Set<string> {
  return new Set([
    ...spaces.flatMap(({ template }) =>
      template.steps.flatMap((step) => (step.kind === "command" ? [step.target] : [])),
    ),
    ...steps.flatMap(({ spec }) => (spec.image.kind === "target" ? [spec.image.target] : [])),
  ]);
}

function contentsOf({ template }: SpacePlan): Promise<unknown>[] {
  return template.steps.flatMap((step) =>
    step.kind === "files" ? [digestFiles(step.files.map(fileAt))] : [],
  );
}

function fileAt(path: string) {
  return { from: { kind: "path", path }, target: path } as const;
}
