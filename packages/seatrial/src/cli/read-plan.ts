import { availableParallelism } from "node:os";
import { loadProject } from "../config/index.ts";
import { namedServices, planRun, type RunPlan } from "../run/index.ts";
import type { GlobalFlags } from "./flags.ts";
import { gitVariables } from "./git.ts";
import { resolveProjectCompose } from "./open-session.ts";
import type { Surroundings } from "./surroundings.ts";

/** The plan of some suites, made without an engine: for what is only looked up in it. */
export async function readPlan(options: {
  surroundings: Surroundings;
  flags: GlobalFlags;
  suites: string[];
  signal: AbortSignal;
}): Promise<RunPlan> {
  const { surroundings, flags, suites, signal } = options;
  const { environment } = surroundings;
  const project = await loadProject({
    environment,
    ...flags,
    builtin: gitVariables({ folder: flags.folder ?? environment.cwd, env: environment.env, signal }),
  });
  const wants = { project, only: suites };
  const { plan } = await planRun({
    ...wants,
    compose: await resolveProjectCompose({ project, needed: namedServices(wants), surroundings, signal }),
    cpus: availableParallelism(),
    environment: environment.env,
  });
  return plan;
}
