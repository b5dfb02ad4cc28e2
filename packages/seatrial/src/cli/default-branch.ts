import { readFile } from "node:fs/promises";
import { runCommand } from "../support/command.ts";

interface Options {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

export interface DefaultBranch {
  name: string;
  /** Nobody said it of this project. */
  isGuess: boolean;
}

/**
 * The branch that a project is released from: as SEATRIAL_DEFAULT_BRANCH says, the system whose pipeline this is, or the clone's remote.
 * Where nobody says it, the branch that git begins new repositories with, and `main` at last.
 */
export async function defaultBranch(options: Options): Promise<DefaultBranch> {
  const { env } = options;
  const told =
    env["SEATRIAL_DEFAULT_BRANCH"] || (await branchOfSystem(env)) || (await branchOfRemote(options));
  if (told) return { name: told, isGuess: false };
  return { name: (await ask(options, "config", "init.defaultBranch")) || "main", isGuess: true };
}

/** As GitLab, GitHub and Jenkins tell it; Jenkins tells only builds of that very branch. */
async function branchOfSystem(env: Options["env"]): Promise<string | undefined> {
  const { CI_DEFAULT_BRANCH, BRANCH_IS_PRIMARY, BRANCH_NAME, GITHUB_EVENT_PATH } = env;
  if (CI_DEFAULT_BRANCH) return CI_DEFAULT_BRANCH;
  if (BRANCH_IS_PRIMARY === "true") return BRANCH_NAME;
  if (!GITHUB_EVENT_PATH) return undefined;
  try {
    const event = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8")) as {
      repository?: { default_branch?: unknown };
    };
    const name = event.repository?.default_branch;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** As it was when the remote was cloned; a clone of one commit does not know it. */
async function branchOfRemote(options: Options): Promise<string> {
  const remote = await ask(options, "symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD");
  return remote.replace(/^origin\//, "");
}

async function ask({ folder, env, signal }: Options, ...args: string[]): Promise<string> {
  const argv: [string, ...string[]] = ["git", "-C", folder, ...args];
  const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
  return answer?.code === 0 ? answer.stdout.trim() : "";
}
