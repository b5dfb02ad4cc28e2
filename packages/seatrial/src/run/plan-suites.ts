import type { ComposeService } from "../compose/index.ts";
import type { AppSettings, Project, SuiteConfig } from "../config/index.ts";
import type { AppSpec, ProbeSpec, SpacePlan, SuiteSpec } from "../model/index.ts";
import type { ServicePlan } from "../services/index.ts";
import { appService, presetFor } from "../services/index.ts";
import { runError } from "./errors.ts";

/** A suite with everything that the Compose file and the engine add to its configuration. */
export function planSuite(options: {
  config: SuiteConfig;
  project: Project;
  /** The Compose service that is the suite, if one is. */
  service?: ComposeService | undefined;
  /** Definitions of spaces in the run, and the one-shots that build their templates. */
  spaces?: readonly SpacePlan[] | undefined;
  steps?: readonly ServicePlan[] | undefined;
  cpus: number;
  grep?: string | undefined;
  shard?: { index: number; count: number } | undefined;
}): SuiteSpec {
  const { config, project, service, cpus, grep, shard } = options;
  if (config.service !== undefined && service === undefined) {
    throw new Error(`the service ${config.service} of suite ${config.name} was not planned`);
  }
  const dependencies = service?.spec.dependsOn.map((each) => each.service) ?? [];
  const app = config.app === undefined ? undefined : planApp(config.app);
  return {
    name: config.name,
    runner: config.runner,
    image: service?.spec.image ?? { kind: "target", target: config.target ?? project.config.image.test },
    command: config.command ?? commandOf(service),
    binaries: config.binaries,
    testdata: config.testdata,
    reports: config.reports,
    artifacts: config.artifacts,
    needs: [
      ...new Set([
        ...config.needs,
        ...spaceNeeds(options),
        ...dependencies,
        ...(app === undefined ? [] : [app.name]),
      ]),
    ],
    env: { ...service?.spec.env, ...config.env },
    spaces: Object.keys(config.spaces).length === 0 ? undefined : config.spaces,
    files: service?.spec.files ?? [],
    mounts: service?.spec.mounts ?? [],
    security: service?.spec.security,
    extraHosts: service?.spec.extraHosts ?? [],
    shards: shard?.count ?? config.shards,
    shard: shard?.index,
    parallel: config.parallel ?? cpus,
    timeout: config.timeout,
    allowEmpty: config.allowEmpty,
    app,
    workingDir: config.workingDir ?? service?.spec.workingDir,
    user: config.user ?? service?.spec.user,
    limits: {
      ...service?.spec.limits,
      memoryBytes: config.limits.memoryBytes ?? service?.spec.limits.memoryBytes,
      cpus: config.limits.cpus ?? service?.spec.limits.cpus,
    },
    grep,
  };
}

/** The services of a suite's spaces, and those that the building of their templates needs. */
function spaceNeeds(options: Parameters<typeof planSuite>[0]): string[] {
  const { config, spaces = [], steps = [] } = options;
  const named = Object.values(config.spaces).map(({ space }) => space);
  return spaces
    .filter(({ name }) => named.includes(name))
    .flatMap(({ service, template }) => [
      service,
      ...template.steps.flatMap((step) => {
        const found = step.kind === "service" && steps.find(({ spec }) => spec.name === step.service);
        return found ? found.spec.dependsOn.map((dependency) => dependency.service) : [];
      }),
    ]);
}

function commandOf(service: ComposeService | undefined): string[] | undefined {
  if (service === undefined) return undefined;
  const words = [...(service.spec.entrypoint ?? []), ...(service.spec.command ?? [])];
  return words.length === 0 ? undefined : words;
}

function planApp(app: AppSettings): AppSpec {
  const { name, target, ports, env, command, ready, deadline } = app;
  const [port] = ports;
  const byPort: ProbeSpec[] = port === undefined ? [] : [{ kind: "tcp", port }];
  return {
    name,
    target,
    ports,
    env,
    command,
    readiness: { probes: ready === undefined ? byPort : probesOf(ready, app), deadline },
  };
}

function probesOf(
  ready: NonNullable<AppSettings["ready"]>,
  { env, command }: Pick<AppSettings, "env" | "command">,
): ProbeSpec[] {
  if (ready.kind === "probe") return [ready.probe];
  const preset = ready.kind === "preset" ? presetFor({ name: ready.preset, env, command }) : undefined;
  return preset === undefined ? [] : [preset.probe];
}

/** The apps under test, as services beside those of these names. Suites that describe the same app share it. */
export function planApps(suites: readonly SuiteSpec[], services: readonly string[]): ServicePlan[] {
  const apps = new Map<string, { plan: ServicePlan; suite: string }>();
  for (const suite of suites) {
    if (suite.app === undefined) continue;
    if (services.includes(suite.app.name)) throw appIsService(suite.name, suite.app.name);
    const needs = suite.needs.filter((name) => name !== suite.app?.name);
    const plan = appService(suite.app, needs);
    const known = apps.get(plan.spec.name);
    if (known !== undefined && JSON.stringify(known.plan) !== JSON.stringify(plan)) {
      throw appConflict(suite.name, plan.spec.name);
    }
    apps.set(plan.spec.name, known ?? { plan, suite: suite.name });
  }
  return [...apps.values()].map(({ plan, suite }) => ({ ...plan, settings: `suites.${suite}.app` }));
}

function appConflict(suite: string, app: string): Error {
  return runError({
    code: "APP_NAME_TAKEN",
    message: `Suite ${suite} describes an app named ${app} that differs from another suite's app of that name, or that needs other services.`,
    hint: giveItAName(suite),
  });
}

function appIsService(suite: string, app: string): Error {
  return runError({
    code: "APP_NAME_TAKEN",
    message: `The app of suite ${suite} is named ${app}, and so is a service of the Compose file that the run starts.`,
    hint: giveItAName(suite),
  });
}

function giveItAName(suite: string): string {
  return `Give it a name of its own: suites.${suite}.app.name.`;
}
