import { delimiter, join } from "node:path";
import type { Environment } from "./environment.ts";
import { configError } from "./errors.ts";
import { absolutePath, kindOf, labelOf } from "./read-text.ts";

const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

export interface FindComposeOptions {
  root: string;
  environment: Environment;
  /** What the configuration names; wins over COMPOSE_FILE, which wins over the usual names. */
  named: string[] | undefined;
  /** COMPOSE_FILE, from the environment or the env file. */
  composeFile: string | undefined;
  separator: string | undefined;
}

/** The Compose files of a project, absolute, in Compose's own order. Fails with COMPOSE_FILE_NOT_FOUND for a named one that is not there. */
export async function findComposeFiles(options: FindComposeOptions): Promise<string[]> {
  const { root, environment } = options;
  const fromVariable = options.composeFile
    ?.split(options.separator ?? delimiter)
    .filter((name) => name !== "");
  const named = options.named ?? (fromVariable?.length === 0 ? undefined : fromVariable);
  if (named === undefined) return usualFiles(root);
  const paths = named.map((name) => absolutePath(name, root, environment));
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === "file") continue;
    throw configError({
      code: "COMPOSE_FILE_NOT_FOUND",
      message: `${kind === "folder" ? "a folder in place of a Compose file" : "no such Compose file"}: ${labelOf(path, environment)}`,
      hint: `correct ${options.named === undefined ? "COMPOSE_FILE" : "compose: in seatrial.yaml"}`,
    });
  }
  return paths;
}

async function usualFiles(root: string): Promise<string[]> {
  const first = async (names: string[]) => {
    for (const name of names) if ((await kindOf(join(root, name))) === "file") return [join(root, name)];
    return [];
  };
  const main = await first(NAMES);
  return main.length === 0 ? [] : [...main, ...(await first(OVERRIDES))];
}
