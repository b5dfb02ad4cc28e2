import { readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import path from "node:path";
import { EXIT, messageOf } from "../support/error.ts";
import { registryError } from "./errors.ts";

/** Variables as they were when the program started. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the docker command line's own configuration says of logins. */
export interface DockerLogins {
  /** The file it was read from, which need not exist. */
  file: string;
  auths: Record<string, StoredAuth>;
  credsStore?: string | undefined;
  /** An empty one stands for the file, also where there is a store. */
  credHelpers: Record<string, string>;
}

/** The variable with logins that go before those of the file, for the docker command line from 28.3 on, and GitLab's runners. */
export const AUTH_VARIABLE = "DOCKER_AUTH_CONFIG";

export interface StoredAuth {
  /** `user:password` in base64. */
  auth?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  identitytoken?: string | undefined;
  registrytoken?: string | undefined;
}

/** The folder with the docker command line's configuration: DOCKER_CONFIG, or `.docker` in the home folder. */
export function dockerConfigFolder(environment: Environment): string {
  if (environment.DOCKER_CONFIG) return environment.DOCKER_CONFIG;
  return path.join(environment.HOME || userInfo().homedir, ".docker");
}

/** The file with the docker command line's configuration. */
export function dockerConfigFile(environment: Environment): string {
  return path.join(dockerConfigFolder(environment), "config.json");
}

/**
 * Fails with DOCKER_CONFIG_INVALID where that folder is something else: the docker command line then finds not even its plugins,
 * and says only that it has none. It may be missing.
 */
export async function checkDockerFolder(environment: Environment): Promise<void> {
  const folder = dockerConfigFolder(environment);
  const isFolder = await stat(folder).then(
    (details) => details.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code !== "ENOTDIR",
  );
  if (isFolder) return;
  const variable = environment.DOCKER_CONFIG ? "DOCKER_CONFIG" : "HOME";
  throw registryError({
    code: "DOCKER_CONFIG_INVALID",
    message: `The docker command line's configuration must lie in a folder, and ${folder} is none (from ${variable}).`,
    hint: `Set ${variable} to a folder.`,
    exitCode: EXIT.usage,
  });
}

/** Reads the logins in `config.json`; a missing file is an empty configuration. */
export async function readDockerLogins(environment: Environment): Promise<DockerLogins> {
  const file = dockerConfigFile(environment);
  const raw = (await readDockerJson(file)) ?? {};
  return {
    file,
    auths: authsIn(raw.auths),
    credsStore: text(raw.credsStore),
    credHelpers: record(raw.credHelpers) as Record<string, string>,
  };
}

/**
 * The logins in DOCKER_AUTH_CONFIG, which is written like the file. As for the docker command line, a text that is none holds no
 * logins: elsewhere the variable is the path of a file.
 */
export function variableLogins(environment: Environment): Record<string, StoredAuth> {
  try {
    return authsIn(record(JSON.parse(environment[AUTH_VARIABLE] || "{}")).auths);
  } catch {
    return {};
  }
}

/** An object in one of the docker command line's JSON files, or undefined when the file does not exist. Fails with DOCKER_CONFIG_INVALID. */
export async function readDockerJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return record(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw registryError({
      code: "DOCKER_CONFIG_INVALID",
      message: `${file} could not be read: ${messageOf(error)}`,
      hint: "Mend or remove the file; it belongs to the docker command line.",
      cause: error,
      exitCode: EXIT.usage,
    });
  }
}

function authsIn(value: unknown): Record<string, StoredAuth> {
  const entries = Object.entries(record(value)).map(([registry, entry]): [string, StoredAuth] => {
    const { auth, username, password, identitytoken, registrytoken } = record(entry);
    return [
      registry,
      {
        auth: text(auth),
        username: text(username),
        password: text(password),
        identitytoken: text(identitytoken),
        registrytoken: text(registrytoken),
      },
    ];
  });
  return Object.fromEntries(entries);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
