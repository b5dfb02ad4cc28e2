import { type Change, type ComposePlan, planServices, type ResolvedCompose } from "../compose/index.ts";
import type { Project } from "../config/index.ts";
import type { BuildTarget, SuiteSpec } from "../model/index.ts";
import type { ServicePlan } from "../services/index.ts";
import { checkSuite, selectSuites } from "../suites/index.ts";
import { planService } from "./plan-services.ts";
import { planApps, planSuite } from "./plan-suites.ts";
import type { NetworkPool } from "./subnets.ts";
import { isLastStage, projectTarget } from "./targets.ts";

/** Everything that a run will do, as plain data. `--dry-run` prints it. */
export interface RunPlan {
  project: string;
  /** The project's folder, absolute. */
  root: string;
  targets: BuildTarget[];
  /** The key of the target that ships. */
  release: string;
  /** Variables that the build needs and the environment lacks. */
  buildEnvironment: Record<string, string>;
  services: ServicePlan[];
  /** Volumes shared by containers, removed with the run. */
  volumes: string[];
  suites: SuiteSpec[];
  network: NetworkPool;
  /** What a run does differently from the Compose file. */
  changes: Change[];
  /** Sentences for people: what is likely not meant. */
  warnings: string[];
}

export interface PlanOptions {
  project: Project;
  /** The resolved Compose file, when the project has one. */
  compose?: ResolvedCompose | undefined;
  /** Suites by name. Default: all. */
  only: readonly string[];
  grep?: string | undefined;
  /** Of the engine: how many test binaries run at once by default. */
  cpus: number;
  environment: Record<string, string | undefined>;
}

const NO_COMPOSE: ComposePlan = {
  services: [],
  suites: [],
  buildTargets: [],
  projectTargets: [],
  buildEnvironment: {},
  volumes: [],
  changes: [],
  secretValues: [],
};

/** Turns configuration into a plan, and the values that must not be shown. Nothing is started or changed. */
export async function planRun(options: PlanOptions): Promise<{ plan: RunPlan; secrets: string[] }> {
  const { project, compose, cpus, grep } = options;
  const chosen = selectSuites(project.suites, options.only);
  const stages = new Set([
    project.config.image.release,
    ...chosen.flatMap((suite) => [suite.target ?? [], suite.app?.target ?? []].flat()),
  ]);
  const own = [...stages].map((stage) => projectTarget(project, stage));
  const asSuites = chosen.flatMap((suite) => suite.service ?? []);
  const composed =
    compose === undefined
      ? NO_COMPOSE
      : await planServices({
          compose,
          wanted: chosen.flatMap((suite) => suite.needs),
          suites: asSuites,
          projectTargets: project.dockerfile.stages
            .filter((stage) => stage.name !== undefined || isLastStage(project, stage.key))
            .map((stage) => ({
              target: projectTarget(project, stage.key),
              isLastStage: isLastStage(project, stage.key),
            })),
          environment: options.environment,
        });
  const further = composed.projectTargets
    .filter((key) => !stages.has(key))
    .map((key) => projectTarget(project, key));
  const suites = chosen.map((config) => {
    const service = composed.suites.find((each) => each.spec.name === config.service);
    return planSuite({ config, project, service, cpus, grep });
  });
  const services = [
    ...composed.services.map((service) =>
      planService({ service, settings: project.config.services[service.spec.name] }),
    ),
    ...planApps(suites),
  ];
  for (const suite of suites)
    checkSuite(
      suite,
      services.map((service) => service.spec.name),
    );
  return {
    plan: {
      project: project.name,
      root: project.root,
      targets: [...own, ...further, ...composed.buildTargets],
      release: project.config.image.release,
      buildEnvironment: composed.buildEnvironment,
      services,
      volumes: composed.volumes,
      suites,
      network: project.config.network,
      changes: composed.changes,
      warnings: [...project.warnings, ...(compose?.warnings ?? [])],
    },
    secrets: [...project.secretValues, ...composed.secretValues],
  };
}
