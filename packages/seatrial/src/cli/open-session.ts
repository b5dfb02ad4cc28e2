import { availableParallelism } from "node:os";
import { resolveCompose } from "../compose/index.ts";
import { loadProject, type Project } from "../config/index.ts";
import { askedServices, planRun, type RunPlan, stagesWithoutCompose } from "../run/index.ts";
import { cacheScopes } from "./cache-scopes.ts";
import type { GivenFlags, GlobalFlags } from "./flags.ts";
import { gitVariables, readSource } from "./git.ts";
import { givenImages, parseShard } from "./given-images.ts";
import { inPipeline } from "./in-pipeline.ts";
import { cacheFolder } from "./paths.ts";
import type { Session } from "./session.ts";
import type { Surroundings } from "./surroundings.ts";
import { tellWaiting } from "./tell-waiting.ts";
import type { Tools } from "./wire.ts";

export interface SessionFlags extends GlobalFlags, GivenFlags {
  /** Check the release image: beside the suites, or alone. Default: no. */
  checks?: "beside" | "only" | undefined;
  shard?: string | undefined;
  /** Suites by name; none is all. */
  suites?: string[] | undefined;
  only?: string[] | undefined;
  grep?: string | undefined;
  dryRun?: boolean | undefined;
  /** Collect coverage, where the project asks for it. Default: no. */
  coverage?: boolean | undefined;
  quiet?: boolean | undefined;
  /** Only these stages are built, and no suite runs. */
  targets?: string[] | undefined;
  /** Suites count for their images only. */
  imagesOnly?: boolean | undefined;
  /** Services that are wanted for their own sake; suites count where none is named. */
  infrastructure?: string[] | undefined;
}

/** Reads the project and plans the run, while the engine is being asked what it can do. */
export async function openSession(options: {
  surroundings: Surroundings;
  tools: Promise<Tools>;
  flags: SessionFlags;
  signal: AbortSignal;
}): Promise<{ session: Session; plan: RunPlan }> {
  const { surroundings, tools, flags, signal } = options;
  const { environment } = surroundings;
  let awaited = "the project's files";
  using _telling = tellWaiting({ surroundings, what: () => awaited, quiet: flags.quiet });
  const asked = tools.then(({ engine }) => engine.capabilities(signal));
  // It is awaited below, after what may fail first.
  asked.catch(() => undefined);
  // Its failure is told by the first launch that needs it.
  if (flags.dryRun !== true) tools.then(({ launcher }) => launcher.prepare(signal)).catch(() => undefined);
  const project = await loadProject({
    environment,
    folder: flags.folder,
    file: flags.file,
    builtin: gitVariables({ folder: flags.folder ?? environment.cwd, env: environment.env, signal }),
  });
  const source = readSource({ folder: project.root, env: environment.env, signal });
  if (flags.dryRun !== true && inPipeline(environment.env)) {
    // Compose reads the engine's certificates, too, and there they may come with the engine.
    awaited = "the engine";
    await tools;
  }
  awaited = "docker compose config";
  const stages = flags.targets ?? (flags.imagesOnly === true ? stagesWithoutCompose(project) : undefined);
  const given = await givenImages(flags, environment.cwd);
  const wants = {
    project,
    given,
    only: [...(flags.suites ?? []), ...(flags.only ?? [])],
    checks: flags.checks !== undefined,
    infrastructure: flags.infrastructure,
    suites: flags.checks !== "only" && stages === undefined && (flags.infrastructure ?? []).length === 0,
  };
  const compose = await resolveProjectCompose({
    project,
    needed: askedServices(wants),
    surroundings,
    signal,
  }).catch(async (error: unknown) => {
    // Compose stumbles over wrong settings of the engine too, and tells them as its own: what the engine says comes first.
    await asked;
    throw error;
  });
  awaited = "the engine";
  const { engine, launcher, usage } = await tools;
  awaited = `the engine at ${engine.endpoint}`;
  // A plan can be shown without an engine; how many CPUs it would have is then this machine's guess.
  const cpus = await asked.then(
    (capabilities) => capabilities.cpus,
    (error: unknown) => {
      if (flags.dryRun !== true) throw error;
      return 0;
    },
  );
  const { plan, secrets, missing } = await planRun({
    ...wants,
    compose,
    grep: flags.grep,
    shard: flags.shard === undefined ? undefined : parseShard(flags.shard),
    coverage: flags.coverage,
    cacheScopes: await projectScopes({ project, env: environment.env, signal }),
    stages,
    cpus: cpus || availableParallelism(),
    environment: environment.env,
  });
  return { session: { surroundings, project, engine, launcher, usage, secrets, missing, source }, plan };
}

/** Asked of git only where the project keeps caches. */
async function projectScopes({
  project,
  env,
  signal,
}: {
  project: Project;
  env: Environment;
  signal: AbortSignal;
}) {
  const cache = project.config.release?.cache ?? false;
  return cache === false ? undefined : await cacheScopes({ folder: project.root, env, signal });
}

type Environment = Record<string, string | undefined>;

/** The project's Compose file as Compose understands it; undefined where it has none, or no service of it is needed. */
export async function resolveProjectCompose(options: {
  project: Project;
  /** Services by name, which are there whatever profiles are active. Absent: none is needed. */
  needed: string[] | undefined;
  surroundings: Surroundings;
  signal: AbortSignal;
}) {
  const { project, needed, surroundings, signal } = options;
  if (project.composeFiles.length === 0 || needed === undefined) return undefined;
  return await resolveCompose({
    files: project.composeFiles,
    projectFolder: project.root,
    projectName: project.name,
    envFiles: project.envFiles,
    profiles: project.profiles,
    needed: { services: needed, profiles: needed.flatMap((name) => project.serviceProfiles[name] ?? []) },
    environment: surroundings.environment.env,
    cacheFolder: `${cacheFolder(surroundings.environment)}/compose`,
    signal,
  });
}
