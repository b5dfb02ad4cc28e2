import path from "node:path";
import { runCommand } from "../../support/command.ts";
import { walkFiles } from "./walk-files.ts";

export interface ProjectFilesOptions {
  root: string;
  /** The environment that git runs in. */
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

/**
 * The files of a project, relative to its root, with slashes: what git tracks or would take, submodules included; where there is no git,
 * everything that no `.gitignore` names.
 */
export async function listProjectFiles(options: ProjectFilesOptions): Promise<string[]> {
  const [tracked, others] = await Promise.all([
    gitFiles(options, ["--cached", "--recurse-submodules"]),
    gitFiles(options, ["--others", "--exclude-standard"]),
  ]);
  if (tracked === undefined || others === undefined) return await walkFiles(options.root, options.signal);
  return [...new Set([...tracked, ...others])];
}

async function gitFiles(options: ProjectFilesOptions, flags: string[]): Promise<string[] | undefined> {
  const { root, env, signal } = options;
  const argv: [string, ...string[]] = ["git", "-C", path.resolve(root), "ls-files", "-z", ...flags];
  const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer?.code !== 0) return undefined;
  return answer.stdout.split("\0").filter((name) => name !== "");
}
