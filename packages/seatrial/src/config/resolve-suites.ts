import type { DockerfileSummary } from "./dockerfile/summary.ts";
import type { Environment } from "./environment.ts";
import { mergedEnvironment } from "./environment-values.ts";
import type { Lookup } from "./interpolate.ts";
import type { AppSettings, SuiteConfig } from "./project.ts";
import { defaultRunner } from "./runner.ts";
import type { SuiteInput } from "./schema/config.ts";
import { readSpaceUse } from "./space-use.ts";
import type { Targets } from "./targets.ts";

const DEFAULT_TIMEOUT = 10 * 60_000;
const DEFAULT_DEADLINE = 60_000;

export interface ResolveSuitesOptions {
  suites: Record<string, SuiteInput>;
  targets: Targets;
  dockerfile: DockerfileSummary;
  root: string;
  lookup: Lookup;
  environment: Environment;
  /** The names of definitions of spaces, and of services as far as they are known. */
  spaces: readonly string[];
  /** The command of a Compose service, as far as it is known. */
  serviceCommand: (service: string) => string[] | undefined;
}

/** Suites with their defaults and environments. `fromFiles` collects what env files gave, for redaction. */
export async function resolveSuites(
  options: ResolveSuitesOptions,
): Promise<{ suites: SuiteConfig[]; fromFiles: Record<string, string>[] }> {
  const fromFiles: Record<string, string>[] = [];
  const suites: SuiteConfig[] = [];
  for (const [name, input] of Object.entries(options.suites)) {
    suites.push(await resolveSuite({ ...options, name, input, fromFiles }));
  }
  return { suites, fromFiles };
}

interface ResolveSuiteOptions extends ResolveSuitesOptions {
  name: string;
  input: SuiteInput;
  fromFiles: Record<string, string>[];
}

async function resolveSuite(options: ResolveSuiteOptions): Promise<SuiteConfig> {
  const { name, input, targets } = options;
  const merged = await mergedEnvironment({ ...options, env: input.env, envFile: input.env_file });
  options.fromFiles.push(merged.fromFiles);
  const isService = input.service !== undefined;
  const known =
    input.command ?? (input.service === undefined ? undefined : options.serviceCommand(input.service));
  const runner = input.runner ?? defaultRunner({ ...input, command: known });
  return {
    name,
    runner,
    target: isService ? undefined : (targets.suites[name]?.target ?? targets.test),
    service: input.service,
    command: input.command ?? (runner === "pytest" && !isService ? ["pytest"] : undefined),
    binaries: input.binaries,
    testdata: input.testdata ?? {},
    reports: input.reports,
    artifacts: input.artifacts ?? [],
    needs: [...new Set(input.needs ?? [])],
    env: merged.env,
    spaces: Object.fromEntries(
      Object.entries(input.spaces ?? {}).map(([variable, use]) => [
        variable,
        readSpaceUse(use, options.spaces),
      ]),
    ),
    shards: input.shards ?? 1,
    parallel: input.parallel,
    timeout: input.timeout ?? DEFAULT_TIMEOUT,
    allowEmpty: input["allow-empty"] ?? false,
    app: await resolveApp(options),
    workingDir: input.workdir,
    user: input.user,
    limits: { memoryBytes: input.memory, cpus: input.cpus },
  };
}

async function resolveApp(options: ResolveSuiteOptions): Promise<AppSettings | undefined> {
  const { name, input, targets, dockerfile } = options;
  if (input.app === undefined) return undefined;
  const { app } = input;
  const target = targets.suites[name]?.app ?? targets.release;
  const merged = await mergedEnvironment({ ...options, env: app.env, envFile: app.env_file });
  options.fromFiles.push(merged.fromFiles);
  return {
    name: app.name ?? "app",
    target,
    ports: app.ports ?? dockerfile.stages.find((stage) => stage.key === target)?.ports ?? [],
    ready: app.ready,
    deadline: app.deadline ?? DEFAULT_DEADLINE,
    env: merged.env,
    command: app.command,
  };
}
