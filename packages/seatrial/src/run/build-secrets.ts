import { isDeepStrictEqual } from "node:util";
import type { ComposePlan } from "../compose/index.ts";
import type { Project } from "../config/index.ts";
import type { BuildSecret, BuildTarget } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";

/** What the project's own targets cannot be built without. */
export interface MissingSecrets {
  /** Their keys. */
  targets: string[];
  /** One for each secret whose value is not there. */
  errors: ToolError[];
}

/** Fails as the first of the errors where one of the targets is to be built. For who builds, before anything is started. */
export function requireSecrets(
  { targets }: { targets: readonly BuildTarget[] },
  missing: MissingSecrets | undefined,
): void {
  const [first] = missing?.errors ?? [];
  if (first !== undefined && targets.some(({ key }) => missing?.targets.includes(key))) throw first;
}

/**
 * The secrets of every build of the project's own targets, and of those the errors whose values are not there. The targets share steps, so
 * that what the Compose file gives to one of them is there for all. What the project's own configuration says of a secret wins. Where services
 * differ in one, a build has an error of it, and a check looks for all; it also looks for those of other builds that share steps with them.
 */
export function buildSecrets(
  project: Project,
  composed: Pick<ComposePlan, "projectSecrets" | "neighborSecrets">,
): { secrets: BuildSecret[]; lookedFor: BuildSecret[]; missing: ToolError[] } {
  const { secrets, missingSecrets } = project.config.image;
  const known = new Set(secrets.map(({ id }) => id));
  const further = composed.projectSecrets.filter(({ secret }) => !known.has(secret.id));
  const given = [...secrets, ...further.map(({ secret }) => secret)];
  const lookedFor = [...given, ...composed.neighborSecrets];
  return {
    secrets: given.filter(({ id }, at) => at === given.findIndex((each) => each.id === id)),
    lookedFor: lookedFor.filter(
      (one, at) => at === lookedFor.findIndex((other) => isDeepStrictEqual(one, other)),
    ),
    missing: [...missingSecrets, ...further.flatMap(({ missing }) => missing ?? [])],
  };
}
