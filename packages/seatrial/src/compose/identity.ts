import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { asRecord, asTexts } from "./value.ts";

const PLUGIN = "docker-compose";
const SYSTEM_FOLDERS = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

/**
 * Which docker and which Compose plugin would read the file: path, time and size of each candidate. Undefined when one of
 * the two cannot be found, or when plugins live where we do not look.
 */
export async function identifyTool(env: Record<string, string | undefined>): Promise<string | undefined> {
  const config = env["DOCKER_CONFIG"] ?? path.join(env["HOME"] ?? "/", ".docker");
  const folders = [...(await extraFolders(config)), path.join(config, "cli-plugins"), ...SYSTEM_FOLDERS];
  const searched = (env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const [docker, plugins] = await Promise.all([
    describeAll(searched.map((folder) => path.join(folder, "docker"))),
    describeAll(folders.map((folder) => path.join(folder, PLUGIN))),
  ]);
  if (docker.length === 0 || plugins.length === 0) return undefined;
  return [docker[0], ...plugins].join("\n");
}

async function extraFolders(config: string): Promise<string[]> {
  try {
    const settings: unknown = JSON.parse(await readFile(path.join(config, "config.json"), "utf8"));
    return asTexts(asRecord(settings)["cliPluginsExtraDirs"]);
  } catch {
    // No configuration, or one that docker itself will complain of.
    return [];
  }
}

async function describeAll(files: readonly string[]): Promise<string[]> {
  const described = await Promise.all(files.map(describe));
  return described.filter((text) => text !== undefined);
}

async function describe(file: string): Promise<string | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? `${file} ${stats.mtimeMs} ${stats.size} ${stats.ino}` : undefined;
}
