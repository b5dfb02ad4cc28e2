import { constants } from "node:fs";
import { access, open, readFile, stat } from "node:fs/promises";
import path from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the packages of docker and of distributions put plugins, first ones first (cli-plugins/manager of docker/cli). */
const SYSTEM_FOLDERS = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

/** The files that docker's command line would look for as a plugin, in its order: `buildx`, `compose`. */
export async function dockerPluginFiles(name: string, env: Environment): Promise<string[]> {
  const config = env["DOCKER_CONFIG"] || path.join(env["HOME"] ?? "/", ".docker");
  const folders = [...(await extraFolders(config)), path.join(config, "cli-plugins"), ...SYSTEM_FOLDERS];
  return folders.map((folder) => path.join(folder, `docker-${name}`));
}

/** The files that a command may be, in the order of PATH. */
export function filesInPath(command: string, env: Environment): string[] {
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, command));
}

/** What to run for `docker NAME`, and with what in its environment besides. */
export interface PluginCommand {
  argv: [string, ...string[]];
  env: Record<string, string>;
}

/**
 * How to start a plugin of docker's command line: as the command line does (cli-plugins/manager of docker/cli), which first starts it
 * once more to ask what it is. Through the command line where that is a script, which may have a reason to be one, and where we do not
 * find the plugin: it may know better, and it has the words for what is missing.
 */
export async function dockerPluginCommand(name: string, env: Environment): Promise<PluginCommand> {
  const [docker, plugin] = await Promise.all([
    firstProgram(filesInPath("docker", env)),
    dockerPluginFiles(name, env).then(firstProgram),
  ]);
  if (docker === undefined || plugin === undefined) return { argv: ["docker", name], env: {} };
  // Without it a plugin takes itself for a program of its own, which does not read all that is set for docker.
  return { argv: [plugin, name], env: { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: docker } };
}

/** The first file that there is, if it is a program and no script. */
async function firstProgram(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile()) return (await isProgram(file).catch(() => false)) ? file : undefined;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  await access(file, constants.X_OK);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString("latin1") !== "#!";
  } finally {
    await handle.close();
  }
}

async function extraFolders(config: string): Promise<string[]> {
  try {
    const settings: unknown = JSON.parse(await readFile(path.join(config, "config.json"), "utf8"));
    const folders = (settings as { cliPluginsExtraDirs?: unknown } | null)?.cliPluginsExtraDirs;
    return Array.isArray(folders) ? folders.filter((folder) => typeof folder === "string") : [];
  } catch {
    // No configuration, or one that docker itself will complain of.
    return [];
  }
}
