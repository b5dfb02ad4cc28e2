import { runCommand } from "../support/command.ts";

/** The commit of a checkout and whether its tree has changes; empty where there is no git. */
export async function readSource(options: {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): Promise<{ commit?: string; dirty?: boolean }> {
  const { folder, env, signal } = options;
  const git = (...args: string[]) => runCommand({ argv: ["git", "-C", folder, ...args], env, signal });
  try {
    const [commit, changes] = await Promise.all([
      git("rev-parse", "HEAD"),
      git("status", "--porcelain", "--", ":/", EXCEPT_RESULTS),
    ]);
    if (commit.code !== 0) return {};
    return { commit: commit.stdout.trim(), dirty: changes.stdout.trim() !== "" };
  } catch {
    // No git on this machine.
    return {};
  }
}

/** What other jobs left of their runs is no change, also when their `.gitignore` did not come along. */
const EXCEPT_RESULTS = ":(exclude).seatrial";

/** Values of GIT_SHA, GIT_SHORT_SHA, GIT_BRANCH and GIT_TAG, asked of git when the configuration mentions them. */
export function gitVariables(options: {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): (name: string) => Promise<string | undefined> {
  const questions: Record<string, string[]> = {
    GIT_SHA: ["rev-parse", "HEAD"],
    GIT_SHORT_SHA: ["rev-parse", "--short=12", "HEAD"],
    GIT_BRANCH: ["symbolic-ref", "--short", "--quiet", "HEAD"],
    GIT_TAG: ["describe", "--tags", "--exact-match"],
  };
  return async (name) => {
    const question = questions[name];
    if (question === undefined) return undefined;
    const { folder, env, signal } = options;
    try {
      const result = await runCommand({ argv: ["git", "-C", folder, ...question], env, signal });
      return result.code === 0 ? result.stdout.trim() : pipelineVariable(name, env);
    } catch {
      return undefined;
    }
  };
}

/** Pipelines check a commit out, not a branch: what it is there for stands in their own variables. Jenkins sets GIT_BRANCH itself. */
function pipelineVariable(name: string, env: Record<string, string | undefined>): string | undefined {
  const github = (type: string) => (env["GITHUB_REF_TYPE"] === type ? env["GITHUB_REF_NAME"] : undefined);
  if (name === "GIT_BRANCH") return env["CI_COMMIT_BRANCH"] ?? github("branch");
  return name === "GIT_TAG" ? (env["CI_COMMIT_TAG"] ?? github("tag") ?? env["TAG_NAME"]) : undefined;
}

/** The branch that the project calls its main one, as its remote or git itself says; `main` when neither does. */
export async function defaultBranch(options: {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): Promise<string> {
  const { folder, env, signal } = options;
  const ask = async (...args: string[]) => {
    const answer = await runCommand({ argv: ["git", "-C", folder, ...args], env, signal }).catch(
      () => undefined,
    );
    return answer?.code === 0 ? answer.stdout.trim() : "";
  };
  const remote = await ask("symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD");
  return remote.replace(/^origin\//, "") || (await ask("config", "init.defaultBranch")) || "main";
}
