import { type ResolvedCompose, toSections } from "../document.ts";
import { type PlanServicesOptions, planServices } from "../plan.ts";
import type { ComposeService } from "../service.ts";

/** A resolved Compose file from what Compose would print, with the parts that a test does not care for filled in. */
export function resolved(model: object, rest: Partial<ResolvedCompose> = {}): ResolvedCompose {
  const sections = toSections({ name: "shop", services: {}, ...model });
  if (sections === undefined) throw new Error("no Compose model");
  const files = ["/project/compose.yaml"];
  return { ...sections, files, projectFolder: "/project", profiles: [], dotenv: {}, warnings: [], ...rest };
}

/** Plans one service `db` that is written like this. `image` is filled in. */
export async function planOne(
  service: object,
  options: Partial<PlanServicesOptions> & { model?: object } = {},
) {
  const { model, ...rest } = options;
  const compose = resolved({ ...model, services: { db: { image: "postgres:17", ...service } } });
  const plan = await planServices({ compose, wanted: ["db"], environment: {}, ...rest });
  return { ...plan, db: serviceOf(plan.services, "db") };
}

export function serviceOf(services: readonly ComposeService[], name: string): ComposeService {
  const found = services.find((service) => service.spec.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}
