import type { Project } from "../config/index.ts";
import type { BuildSecret } from "../model/index.ts";
import { askedServices, planRun } from "../run/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { resolveProjectCompose } from "./open-session.ts";
import type { Surroundings } from "./surroundings.ts";

/** The secrets of builds of the project's image, for who says which there are and runs nothing. */
export interface PlannedSecrets {
  /** Those that a check looks for. */
  lookedFor: BuildSecret[];
  /** One for each whose value is not there. */
  missing: ToolError[];
  /** Values that must not be shown. */
  values: string[];
  /** Why those of the Compose file are not among them. */
  failure?: ToolError | undefined;
}

/** Asks Compose only where its files may give secrets to builds; never fails for what it says. */
export async function planSecrets(options: {
  project: Project;
  surroundings: Surroundings;
  signal: AbortSignal;
}): Promise<PlannedSecrets> {
  const { project, surroundings } = options;
  const { image } = project.config;
  const own = { lookedFor: image.secrets, missing: image.missingSecrets, values: project.secretValues };
  if (project.composeSecrets.complete && project.composeSecrets.services.length === 0) return own;
  const wants = { project, only: [], suites: false, checks: true };
  try {
    const compose = await resolveProjectCompose({ ...options, needed: askedServices(wants) });
    const { environment } = surroundings;
    const { plan, missing, secrets } = await planRun({
      ...wants,
      compose,
      cpus: 1,
      environment: environment.env,
    });
    return { lookedFor: plan.check?.secrets?.values ?? [], missing: missing.errors, values: secrets };
  } catch (failure) {
    if (!isToolError(failure)) throw failure;
    return { ...own, failure };
  }
}
