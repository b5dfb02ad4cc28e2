import { createHash } from "node:crypto";
import type { Digest } from "../../model/index.ts";
import { digestFiles, type ServicePlan } from "../../services/index.ts";
import type { RunPlan } from "../run-plan.ts";
import { targetsOf } from "./definitions.ts";

/** A plan's services without its suites and their apps: what outlives a run. Targets that neither a service nor a template is made of are not built. */
export function planInfrastructure(plan: RunPlan): RunPlan {
  const apps = appsOf(plan);
  const services = plan.services.filter(({ spec }) => !apps.has(spec.name));
  const used = new Set([
    ...services.flatMap(({ spec }) => (spec.image.kind === "target" ? [spec.image.target] : [])),
    ...targetsOf(plan),
  ]);
  return {
    ...plan,
    services,
    suites: [],
    targets: plan.targets.filter(({ key }) => used.has(key)),
    given: plan.given.filter(({ target }) => used.has(target)),
    check: undefined,
    coverage: undefined,
    releasing: undefined,
    cache: undefined,
    push: undefined,
  };
}

/** The names of the services that are the project's own image under test. */
function appsOf({ suites }: Pick<RunPlan, "suites">): Set<string> {
  return new Set(suites.flatMap(({ app }) => app?.name ?? []));
}

/** What a service is made of: its plan, its image, and the content of its files. Fails as the file system does. */
export async function digestService(plan: ServicePlan, imageId: Digest): Promise<string> {
  const files = await digestFiles(plan.spec.files);
  const { files: _files, ...spec } = plan.spec;
  return createHash("sha256")
    .update(JSON.stringify([{ ...plan, spec }, imageId, files]))
    .digest("hex");
}
