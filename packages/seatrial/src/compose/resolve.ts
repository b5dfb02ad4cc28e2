import path from "node:path";
import type { CommandResult } from "../support/command.ts";
import { isToolError } from "../support/error.ts";
import { openCache } from "./cache.ts";
import { runCompose } from "./command.ts";
import { composeFailure, readStderr } from "./diagnosis.ts";
import { nameFiles, type ResolvedCompose, toSections } from "./document.ts";
import { composeError } from "./errors.ts";
import { readVariables, referencedVariables, unescapeDollars } from "./references.ts";
import { parseYaml } from "./yaml.ts";

export interface ResolveOptions {
  /** The first one's folder is the base of relative paths, as with `docker compose -f`. Relative ones stand in the project's folder. */
  files: readonly string[];
  /** Absolute. Compose runs here, so that its `.env` counts. */
  projectFolder: string;
  /** Default: Compose's own rule (`name:`, COMPOSE_PROJECT_NAME, the folder). */
  projectName?: string | undefined;
  /** Those that are active. Default: every profile. */
  profiles?: readonly string[] | undefined;
  /** Services that must be there whatever is active, and the profiles that these are known to need. */
  needed?: { services: readonly string[]; profiles: readonly string[] } | undefined;
  /** Absolute. Values for variables, later files over earlier ones. Default: `.env`, by Compose's own rule. */
  envFiles?: readonly string[] | undefined;
  /** The user's environment, in which variables are looked up. */
  environment: Record<string, string | undefined>;
  /** The environment that makes docker talk to the engine of the run. */
  commandEnvironment?: Record<string, string> | undefined;
  /** Where results are kept between runs. Default: nowhere. */
  cacheFolder?: string | undefined;
  /** Milliseconds. Default 60 s, enough for a remote include. */
  deadline?: number | undefined;
  signal: AbortSignal;
}

const DEADLINE = 60_000;

/**
 * The Compose file as the reference implementation reads it, from the cache when nothing that counts has changed.
 * Fails with COMPOSE_MISSING, COMPOSE_INVALID, COMPOSE_CYCLE, COMPOSE_TIMED_OUT or COMPOSE_FAILED.
 */
export async function resolveCompose(options: ResolveOptions): Promise<ResolvedCompose> {
  const files = options.files.map((file) => path.resolve(options.projectFolder, file));
  const env = {
    ...options.environment,
    ...options.commandEnvironment,
    PWD: options.projectFolder,
    // What is active has been decided, also where it is nothing.
    ...(options.profiles === undefined ? {} : { COMPOSE_PROFILES: "" }),
    // Named ones count in place of `.env`, even where none of them is there.
    ...(options.envFiles?.length === 0 ? { COMPOSE_DISABLE_ENV_FILE: "1" } : {}),
    ...(options.envFiles === undefined ? {} : { COMPOSE_ENV_FILES: undefined }),
  };
  const profiles = [...(options.profiles ?? ALL_PROFILES)];
  const { services = [], profiles: further = [] } = options.needed ?? {};
  const asking = { ...options, files, env };
  const narrow = await attempt(
    async () => await resolveProfiles({ ...asking, profiles: [...new Set([...profiles, ...further])] }),
  );
  const isWhole = "found" in narrow && services.every((name) => name in narrow.found.services);
  if (isWhole) return { ...narrow.found, profiles };
  if (profiles.includes("*")) return { ...foundOf(narrow), profiles };
  // Files that this one includes may have the service in a profile, or it depends on one of another profile.
  const wide = await attempt(async () => await resolveProfiles({ ...asking, profiles: ALL_PROFILES }));
  return { ...foundOf("found" in wide || "found" in narrow ? wide : narrow), profiles };
}

const ALL_PROFILES = ["*"];

type Attempt = { found: ResolvedCompose } | { error: unknown };

/** Compose refuses a file whose active services depend on others that are not. */
async function attempt(resolve: () => Promise<ResolvedCompose>): Promise<Attempt> {
  try {
    return { found: await resolve() };
  } catch (error) {
    if (isToolError(error, "COMPOSE_INVALID")) return { error };
    throw error;
  }
}

function foundOf(attempted: Attempt): ResolvedCompose {
  if ("found" in attempted) return attempted.found;
  throw attempted.error;
}

async function resolveProfiles(options: Asking): Promise<ResolvedCompose> {
  const cache = await openCache(options);
  if (cache.kept !== undefined) return cache.kept;
  const resolved = await askCompose(options);
  await cache.keep(resolved);
  return resolved;
}

type Asking = ResolveOptions & {
  files: string[];
  profiles: readonly string[];
  env: Record<string, string | undefined>;
};

// YAML, as JSON output leaves out the `x-` extensions of services.
const CONFIG = ["config", "--format", "yaml"];

async function askCompose(options: Asking): Promise<ResolvedCompose> {
  const { files, projectFolder, env } = options;
  const run = (args: string[], input = ""): Promise<CommandResult> =>
    runCompose({
      args,
      input,
      env,
      workingDir: projectFolder,
      deadline: options.deadline ?? DEADLINE,
      signal: options.signal,
    });
  const profiles = options.profiles.flatMap((profile) => ["--profile", profile]);
  const name = options.projectName === undefined ? [] : ["-p", toProjectName(options.projectName)];
  const envFiles = (options.envFiles ?? []).flatMap((file) => ["--env-file", file]);
  const named = files.flatMap((file) => ["-f", file]);
  const result = await run([...named, ...envFiles, ...name, ...profiles, ...CONFIG]);
  const { warnings, failure } = readStderr(result.stderr);
  if (result.code !== 0) throw composeFailure({ failure, files, projectFolder });
  const model = await readModel(result.stdout, nameFiles({ files, projectFolder }));
  const missing = referencedVariables(model).filter((variable) => env[variable] === undefined);
  // The folder whose `.env` counts is said by the first file, which this question does not name.
  const base = ["--project-directory", path.dirname(files[0] ?? projectFolder), ...envFiles];
  const dotenv =
    missing.length === 0
      ? {}
      : await readVariables({ names: missing, run: (args, input) => run([...base, ...args], input) });
  return { ...model, files, projectFolder, profiles: [...options.profiles], dotenv, warnings };
}

async function readModel(stdout: string, file: string) {
  let cause: unknown;
  try {
    const model = toSections(await parseYaml(unescapeDollars(stdout)));
    if (model !== undefined) return model;
  } catch (error) {
    cause = error;
  }
  throw composeError({
    code: "COMPOSE_FAILED",
    message: `\`docker compose config\` gave something for ${file} that is no Compose model.`,
    hint: "Is `docker compose version` 2.20 or later? Run `docker compose config` to see what it prints.",
    cause,
  });
}

/** The nearest name that Compose allows for a project. */
export function toProjectName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "-")
      .replace(/^[^a-z0-9]+/, "") || "project"
  );
}
