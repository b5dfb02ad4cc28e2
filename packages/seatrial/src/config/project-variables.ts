import { dirname, join } from "node:path";
import { type EnvFile, envFilesOf, readEnvFiles } from "./env-files.ts";
import type { Environment } from "./environment.ts";
import { interpolate } from "./interpolate.ts";
import { absolutePath, kindOf } from "./read-text.ts";
import type { EnvFileInput } from "./schema/suite.ts";
import { type BuiltinLookup, createVariables, type Variables } from "./variables.ts";

export interface ProjectVariablesOptions {
  environment: Environment;
  root: string;
  /** The configuration's top level, before variables are filled in. */
  raw: Record<string, unknown>;
  builtin?: BuiltinLookup | undefined;
}

export interface ProjectVariables {
  variables: Variables;
  /** Of the files that are named in place of `.env`, those that are there. Absent: none is named. */
  namedFiles: EnvFile[] | undefined;
  /** What the files gave. */
  fileValues: Record<string, string>;
}

/** The variables of a project: env files come from `env_file`, else COMPOSE_ENV_FILES, else `.env` beside the Compose file. */
export async function projectVariables(options: ProjectVariablesOptions): Promise<ProjectVariables> {
  const { environment, builtin } = options;
  const { env } = environment;
  const named = namedFiles(options);
  const files = named ?? usualFiles(options);
  const fileValues = await readEnvFiles({ files, lookup: (name) => env[name], environment });
  const present = await Promise.all(
    files.map(async (file) => ((await kindOf(file.path)) === "file" ? [file] : [])),
  );
  return {
    variables: createVariables({ env, fileValues, builtin }),
    namedFiles: named && present.flat(),
    fileValues,
  };
}

function namedFiles({ environment, root, raw }: ProjectVariablesOptions): EnvFile[] | undefined {
  const input = raw["env_file"];
  if (input !== undefined) return envFilesOf(asEnvFiles(input, environment), root, environment);
  const fromVariable = environment.env["COMPOSE_ENV_FILES"]?.split(",").filter((name) => name !== "");
  return fromVariable === undefined || fromVariable.length === 0
    ? undefined
    : envFilesOf(fromVariable, root, environment);
}

/** The value is not checked yet: what has the wrong shape is left out here, and complained about by the check that follows. */
function asEnvFiles(input: unknown, environment: Environment): EnvFileInput {
  return [input].flat().flatMap((entry): EnvFileInput => {
    if (typeof entry === "string") return [filled(entry, environment)];
    const { path, required, format } = (entry ?? {}) as Record<string, unknown>;
    if (typeof path !== "string") return [];
    return [
      {
        path: filled(path, environment),
        required: required !== false,
        ...(format === "raw" ? { format } : {}),
      },
    ];
  });
}

function usualFiles({ environment, root, raw }: ProjectVariablesOptions): EnvFile[] {
  if (/^(1|t|true)$/i.test(environment.env["COMPOSE_DISABLE_ENV_FILE"] ?? "")) return [];
  const [compose] = [raw["compose"]].flat();
  const folder =
    typeof compose === "string"
      ? dirname(absolutePath(filled(compose, environment), root, environment))
      : root;
  return [{ path: join(folder, ".env"), required: false, raw: false }];
}

/** Where env files are can depend on the environment alone: their own values are not known yet. */
function filled(text: string, { env }: Environment): string {
  const result = interpolate(text, (name) => env[name]);
  return result.ok ? result.text : text;
}
