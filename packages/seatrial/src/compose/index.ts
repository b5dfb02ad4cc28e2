// The Compose file: resolved by `docker compose config`, then rewritten for a run, with every change told.
// Starts nothing, and leaves to others how a service is known to be ready.
export { builderVariables } from "./builders.ts";
export { type Change, formatChange } from "./change.ts";
export type { ResolvedCompose, Section } from "./document.ts";
export type { ComposeErrorCode } from "./errors.ts";
export type { ComposeHealth } from "./health.ts";
export { type ComposePlan, type PlanServicesOptions, planServices } from "./plan.ts";
export { activeServices } from "./profiles.ts";
export type { ProjectTarget } from "./project-target.ts";
export { type ResolveOptions, resolveCompose } from "./resolve.ts";
export type { ComposeService } from "./service.ts";
export type { ServiceSettings } from "./settings.ts";
export { readComposeVersion } from "./version.ts";
