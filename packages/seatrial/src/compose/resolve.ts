import path from "node:path";
import type { CommandResult } from "../support/command.ts";
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
  /** Default: every profile, so that any service can be needed. */
  profiles?: readonly string[] | undefined;
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
    // Named ones count in place of `.env`, even where none of them is there.
    ...(options.envFiles?.length === 0 ? { COMPOSE_DISABLE_ENV_FILE: "1" } : {}),
    ...(options.envFiles === undefined ? {} : { COMPOSE_ENV_FILES: undefined }),
  };
  const cache = await openCache({ ...options, files, env });
  if (cache.kept !== undefined) return cache.kept;
  const resolved = await askCompose({ ...options, files, env });
  await cache.keep(resolved);
  return resolved;
}

// YAML, as JSON output leaves out the `x-` extensions of services.
const CONFIG = ["config", "--format", "yaml"];

async function askCompose(
  options: ResolveOptions & { files: string[]; env: Record<string, string | undefined> },
): Promise<ResolvedCompose> {
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
  const profiles = (options.profiles ?? ["*"]).flatMap((profile) => ["--profile", profile]);
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
  return { ...model, files, projectFolder, dotenv, warnings };
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
