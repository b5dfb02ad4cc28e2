import { type CheckPlan, planChecks } from "../check/index.ts";
import {
  type Change,
  type ComposePlan,
  type ComposeService,
  planServices,
  type ResolvedCompose,
} from "../compose/index.ts";
import { type Project, secretsOf } from "../config/index.ts";
import type { CoveragePlan } from "../coverage/index.ts";
import { type CacheScopes, type GivenImage, imageError } from "../image/index.ts";
import type { BuildSecret, BuildTarget } from "../model/index.ts";
import { checkSuite } from "../suites/index.ts";
import { EXIT } from "../support/error.ts";
import { buildSecrets, type MissingSecrets } from "./build-secrets.ts";
import { suiteStages } from "./build-stages.ts";
import { planCache } from "./plan-cache.ts";
import { planCoverage } from "./plan-coverage.ts";
import { planService } from "./plan-services.ts";
import { earlySpaces, planSpaces, spaceTargets, stepServices } from "./plan-spaces.ts";
import { planApps, planSuite } from "./plan-suites.ts";
import type { RunPlan } from "./run-plan.ts";
import { projectTarget, projectTargets } from "./targets.ts";
import { placeUnknownService } from "./unknown-service.ts";
import { chosenSuites, givesSpaces, projectServices, wantedServices } from "./wanted-services.ts";

export interface PlanOptions {
  project: Project;
  /** The resolved Compose file, when the project has one and the plan has to do with it. */
  compose?: ResolvedCompose | undefined;
  /** Suites by name. Default: all. */
  only: readonly string[];
  grep?: string | undefined;
  /** Only this shard of so many; the others run elsewhere. */
  shard?: { index: number; count: number } | undefined;
  /** Images to test in place of building them. A target that is not named is the one that ships. */
  given?: readonly (Omit<GivenImage, "target"> & { target: string | undefined })[] | undefined;
  /** Whether the release image is checked. Default: no. */
  checks?: boolean | undefined;
  /** What is wanted besides suites: these services, or where none is named and no suite needs any, all. Default: nothing. */
  infrastructure?: readonly string[] | undefined;
  /** Whether coverage is collected, where the project asks for it. Default: no. */
  coverage?: boolean | undefined;
  /** Whose caches the build takes and leaves, where the project keeps any. Default: those of no branch. */
  cacheScopes?: CacheScopes | undefined;
  /** Stages to build. Default: the release image's and those of suites. */
  stages?: readonly string[] | undefined;
  /** Whether suites are run. Without them, and with checks, the test image is there to be compared. Default: yes. */
  suites?: boolean | undefined;
  /** Of the engine: how many test binaries run at once by default. */
  cpus: number;
  environment: Record<string, string | undefined>;
}

const NO_COMPOSE: ComposePlan = {
  services: [],
  suites: [],
  steps: [],
  buildTargets: [],
  projectTargets: [],
  projectSecrets: [],
  neighborSecrets: [],
  buildEnvironment: {},
  volumes: [],
  changes: [],
  secretValues: [],
};

/** Turns configuration into a plan, the values that must not be shown, and what builds lack. Nothing is started or changed. */
export async function planRun(
  options: PlanOptions,
): Promise<{ plan: RunPlan; secrets: string[]; missing: MissingSecrets }> {
  const { project, compose, cpus, grep } = options;
  const chosen = chosenSuites(options);
  const stages = new Set(
    options.stages ?? [
      project.config.image.release,
      ...comparedStages(options),
      ...coverageStages(options, chosen.length),
      ...suiteStages(chosen),
    ],
  );
  const own = [...stages].map((stage) => projectTarget(project, stage));
  const asSuites = chosen.flatMap((suite) => suite.service ?? []);
  const composed =
    compose === undefined
      ? NO_COMPOSE
      : await planServices({
          compose,
          wanted: wantedServices({ ...options, chosen }),
          suites: asSuites,
          steps: stepServices(project),
          projectTargets: projectTargets(project),
          alsoBuilt: projectServices(project),
          environment: options.environment,
        }).catch((error: unknown) => {
          throw placeUnknownService({ error, project, compose, chosen });
        });
  const changes = new Map<string, Change>();
  const withSettings = (service: ComposeService) =>
    planService({
      service,
      settings: project.config.services[service.spec.name],
      // A service may be planned as a step too.
      onChange: (change) => void changes.set(change.service, change),
    });
  const dependencies = composed.services.map(withSettings);
  const steps = composed.steps.map(withSettings);
  const spaces = planSpaces({ project, services: givesSpaces(options) ? dependencies : [], suites: chosen });
  const further = [...new Set([...composed.projectTargets, ...spaceTargets(spaces)])]
    .filter((key) => !stages.has(key))
    .map((key) => projectTarget(project, key));
  const suites = chosen.map((config) => {
    const service = composed.suites.find((each) => each.spec.name === config.service);
    return planSuite({ config, project, service, spaces, steps, cpus, grep, shard: options.shard });
  });
  const names = dependencies.map((service) => service.spec.name);
  const services = [...dependencies, ...planApps(suites, names)];
  for (const suite of suites) checkSuite(suite, names);
  const coverage = coveragePlan(options, { suites, services });
  const given = givenImages({ ...options, needed: [...own, ...further] });
  const built = given.length > 0 ? [] : [...own, ...further];
  const { secrets, lookedFor, missing } = buildSecrets(project, composed);
  return {
    plan: {
      project: project.name,
      root: project.root,
      targets: [...built.map((target) => ({ ...target, secrets })), ...composed.buildTargets],
      cache: cachePlan(options, built, secrets),
      given,
      release: project.config.image.release,
      test: project.config.image.test,
      buildEnvironment: { ...composed.buildEnvironment, ...project.config.image.secretEnvironment },
      services,
      volumes: composed.volumes,
      suites,
      spaces,
      earlySpaces: earlySpaces({ project, plans: spaces, suites: chosen }),
      steps,
      network: project.config.network,
      check: checkPlan(options, lookedFor),
      coverage,
      changes: [...composed.changes, ...changes.values()],
      warnings: [
        ...project.warnings,
        ...(compose?.warnings ?? []),
        ...unusedSettings(project, compose),
        ...(coverage?.unjudged ?? []),
      ],
    },
    secrets: [...project.secretValues, ...composed.secretValues, ...environmentSecrets(project, composed)],
    missing: { targets: built.map(({ key }) => key), errors: missing },
  };
}

function cachePlan(
  { project, cacheScopes }: PlanOptions,
  built: readonly BuildTarget[],
  secrets: BuildSecret[],
) {
  const cache = planCache({ project, targets: built, scopes: cacheScopes });
  const stages = cache?.stages.map((stage) => ({ ...stage, target: { ...stage.target, secrets } }));
  return cache === undefined ? undefined : { ...cache, stages: stages ?? [] };
}

function checkPlan(options: PlanOptions, secrets: BuildSecret[]): CheckPlan | undefined {
  const { project } = options;
  if (options.checks !== true) return undefined;
  const { check, image } = project.config;
  return planChecks({
    settings: check,
    release: image.release,
    secrets,
    instructions: project.dockerfile.stages.find(({ key }) => key === image.release)?.instructions,
    measureTest: options.suites === false,
  });
}

/** Without suites nothing is collected: what only starts or checks images changes nothing in them. */
function coveragePlan(
  { project, coverage }: PlanOptions,
  { suites, services }: Pick<RunPlan, "suites" | "services">,
): CoveragePlan | undefined {
  const settings = project.config.coverage;
  if (coverage !== true || settings === undefined || suites.length === 0) return undefined;
  return planCoverage({ settings, suites, services, allSuites: project.suites.map(({ name }) => name) });
}

/** Stages with the tools that read profiles. */
function coverageStages({ project, coverage }: PlanOptions, suites: number): string[] {
  const { llvm, java } = project.config.coverage ?? {};
  return coverage === true && suites > 0 ? [llvm?.target ?? [], java?.target ?? []].flat() : [];
}

/** Checks alone compare with the test image where it is built here: a given one would be pulled for its size. */
function comparedStages({ project, checks, suites, given = [] }: PlanOptions): string[] {
  const isCompared = checks === true && suites === false && given.length === 0;
  return isCompared ? [project.config.image.test] : [];
}

/** With given images nothing of the project is built: each target that is needed must be among them. */
function givenImages(options: PlanOptions & { needed: readonly BuildTarget[] }): GivenImage[] {
  const { release } = options.project.config.image;
  const given = (options.given ?? []).map((each) => ({ ...each, target: each.target ?? release }));
  if (given.length === 0) return [];
  return options.needed.map(({ key }) => {
    const found = given.find(({ target }) => target === key);
    if (found !== undefined) return found;
    throw imageError({
      code: "IMAGE_NOT_GIVEN",
      message: `Target ${key} is needed, and only ${given.map(({ target }) => target).join(", ")} was given.`,
      hint: `Add --image ${key}=repository@sha256:…, or give all that \`seatrial build --push\` pushed with --images.`,
      exitCode: EXIT.usage,
    });
  });
}

/** What a Compose file gives to its services and builds is as secret as what the project's own configuration gives. */
function environmentSecrets(project: Project, composed: ComposePlan): string[] {
  const { services, suites, steps, buildTargets } = composed;
  const environments = [
    ...[...services, ...suites, ...steps].map(({ spec }) => spec.env),
    ...buildTargets.map(({ args }) => args),
  ];
  return environments.flatMap((values) => secretsOf(values, project.config.redact));
}

/** Settings of services that do not exist are most likely a slip of the pen. */
function unusedSettings(project: Project, compose: ResolvedCompose | undefined): string[] {
  const asked = Object.keys(compose?.services ?? {});
  // Compose says nothing of services in profiles that it was not asked for.
  const isNarrow = projectServices(project).some((name) => !asked.includes(name));
  if (project.composeFiles.length > 0 && (compose === undefined || isNarrow)) return [];
  const known = [...asked, ...Object.keys(project.serviceProfiles)];
  return Object.keys(project.config.services)
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `services.${name} of the configuration has no effect: no active Compose service has that name`,
    );
}
