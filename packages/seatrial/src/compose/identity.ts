import { stat } from "node:fs/promises";
import { dockerPluginFiles, filesInPath } from "../support/docker-plugin.ts";

/**
 * Which docker and which Compose plugin would read the file: path, time and size of each candidate. Undefined when one of
 * the two cannot be found, or when plugins live where we do not look.
 */
export async function identifyTool(env: Record<string, string | undefined>): Promise<string | undefined> {
  const [docker, plugins] = await Promise.all([
    describeAll(filesInPath("docker", env)),
    dockerPluginFiles("compose", env).then(describeAll),
  ]);
  if (docker.length === 0 || plugins.length === 0) return undefined;
  return [docker[0], ...plugins].join("\n");
}

async function describeAll(files: readonly string[]): Promise<string[]> {
  const described = await Promise.all(files.map(describe));
  return described.filter((text) => text !== undefined);
}

async function describe(file: string): Promise<string | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? `${file} ${stats.mtimeMs} ${stats.size} ${stats.ino}` : undefined;
}
