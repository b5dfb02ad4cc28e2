import type { BuildSecret, BuildTarget } from "../model/index.ts";
import type { GivenSecret } from "./build-section.ts";
import { builders } from "./builders.ts";
import { collectBuilds } from "./builds.ts";
import type { Change } from "./change.ts";
import { createContexts } from "./context.ts";
import { oneShots } from "./dependencies.ts";
import type { ResolvedCompose } from "./document.ts";
import { aliasesOf } from "./names.ts";
import type { ProjectTarget } from "./project-target.ts";
import { selectServices } from "./selection.ts";
import { type ComposeService, translateService } from "./service.ts";
import { sharedVolumes } from "./volumes.ts";

export interface PlanServicesOptions {
  compose: ResolvedCompose;
  /** Services that are needed; what they depend on comes along. */
  wanted: readonly string[];
  /** Services that are run as suites: described, with their dependencies among the services, but not started as services. */
  suites?: readonly string[] | undefined;
  /** One-shots that are run by others, each where the service that it works on is started: described, and not started for that. */
  steps?: readonly { service: string; worksOn: string }[] | undefined;
  projectTargets?: readonly ProjectTarget[] | undefined;
  /** Services that count for the secrets of their builds alone, beside those that are active. Names that are not there are left out. */
  alsoBuilt?: readonly string[] | undefined;
  /** Where `environment:` of configs and secrets is looked up. */
  environment: Record<string, string | undefined>;
}

/** The Compose file's part of a run's plan. */
export interface ComposePlan {
  /** Dependencies first. */
  services: ComposeService[];
  /** In the order asked for. */
  suites: ComposeService[];
  /** One-shots that others run; they may be among the services too. */
  steps: ComposeService[];
  /** What must be built for them beside the project's own targets. */
  buildTargets: BuildTarget[];
  /** The keys of the project's own targets that they use. */
  projectTargets: string[];
  /** Secrets that the Compose file gives to builds of the project's own targets, whichever services are wanted. Those with one id differ. */
  projectSecrets: GivenSecret[];
  /** Secrets of other builds of the project's Dockerfile and folder, which may have steps in common with those: nothing else is given them. */
  neighborSecrets: BuildSecret[];
  /** Variables that the build needs and the environment lacks. They may be secret. */
  buildEnvironment: Record<string, string>;
  /** Named volumes that containers of the run share. */
  volumes: string[];
  /** What a run does differently from the file. */
  changes: Change[];
  /** Values that must not reach any output. */
  secretValues: string[];
}

/**
 * Rewrites the wanted services for a run. Reads the sizes of bind mounts and the values of secrets, nothing else. Fails with
 * COMPOSE_UNKNOWN_SERVICE, COMPOSE_CYCLE, COMPOSE_UNSUPPORTED, COMPOSE_SOURCE_MISSING or COMPOSE_INVALID.
 */
export async function planServices(options: PlanServicesOptions): Promise<ComposePlan> {
  const { compose, environment } = options;
  const suites = [...new Set(options.suites ?? [])];
  const { started, steps, planned } = select({ ...options, suites });
  const { contextOf, changes, secrets } = createContexts({ compose, environment });
  const builds = collectBuilds({ compose, projectTargets: options.projectTargets ?? [], contextOf });
  const aliases = aliasesOf(compose, planned);
  const completing = oneShots(compose.services);
  const shared = sharedVolumes(compose, planned);
  const translated = new Map<string, ComposeService>();
  for (const name of planned) {
    const service = await translateService(contextOf(name), {
      builtAs: await builds.keyOf(name),
      aliases: aliases.get(name) ?? [],
      oneShot: completing.has(name) || steps.includes(name),
      started: new Set(started),
      sharedVolumes: shared,
    });
    translated.set(name, service);
  }
  for (const name of builders(compose, [...planned, ...(options.alsoBuilt ?? [])]))
    await builds.takeSecrets(name);
  const pick = (names: readonly string[]) => names.flatMap((name) => translated.get(name) ?? []);
  return {
    services: pick(started),
    suites: pick(suites),
    steps: pick(steps),
    buildTargets: builds.targets,
    projectTargets: [...builds.projectTargets],
    projectSecrets: builds.projectSecrets,
    neighborSecrets: builds.neighborSecrets,
    buildEnvironment: builds.environment,
    volumes: [...shared],
    changes,
    secretValues: [...secrets],
  };
}

/** What is started, what is run by others, and all of these, dependencies first. */
function select(options: PlanServicesOptions & { suites: readonly string[] }) {
  const { compose, wanted, suites } = options;
  const needed = selectServices(compose, [...wanted, ...suites]);
  const steps = new Set(
    (options.steps ?? []).flatMap((step) => (needed.includes(step.worksOn) ? step.service : [])),
  );
  const planned = selectServices(compose, [...needed, ...steps]);
  const isStarted = (name: string) => !suites.includes(name) && (needed.includes(name) || !steps.has(name));
  return { started: planned.filter(isStarted), steps: [...steps], planned };
}
