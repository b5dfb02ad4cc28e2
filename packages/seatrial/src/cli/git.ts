import { runCommand } from "../support/command.ts";
import { cliError } from "./errors.ts";
import { pipelineRef } from "./pipeline-ref.ts";

/** The commit of a checkout and whether its tree has changes; empty where there is no git. */
export async function readSource(options: {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): Promise<{ commit?: string; dirty?: boolean }> {
  const { folder, env, signal } = options;
  const git = (...args: string[]) => runCommand({ argv: ["git", "-C", folder, ...args], env, signal });
  try {
    const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git(...CHANGES)]);
    const dirty = changes.stdout.trim() !== "";
    // A checkout without any commit has nothing but changes.
    if (commit.code !== 0) return dirty ? { dirty } : {};
    // What git cannot tell is not clean.
    return { commit: commit.stdout.trim(), dirty: dirty || changes.code !== 0 };
  } catch {
    // No git on this machine.
    return {};
  }
}

/**
 * Fails with SOURCE_UNREADABLE where there is a checkout that git does not read, such as one of another user's in a CI container: what
 * is released from it would be of no commit, and its changes unseen.
 */
export async function checkReadable(options: Parameters<typeof readSource>[0]): Promise<void> {
  const { folder, signal } = options;
  const env = { ...options.env, LC_ALL: "C" };
  const argv: [string, ...string[]] = ["git", "-C", folder, "rev-parse", "--git-dir"];
  const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer === undefined || answer.code === 0 || answer.stderr.includes("not a git repository")) return;
  throw cliError({
    code: "SOURCE_UNREADABLE",
    message: `git does not say which commit ${folder} is: ${answer.stderr.trim().split("\n")[0] ?? ""}`,
    hint: `Where the checkout is another user's: git config --global --add safe.directory ${folder}. Or release with --allow-dirty.`,
  });
}

/**
 * As `readSource`, of a tree that was of a commit before: what git does not tell by now, or not in time, may have changed. Fails with
 * SOURCE_UNREADABLE.
 */
export async function readSourceAgain(
  options: Parameters<typeof readSource>[0],
): Promise<{ commit: string; dirty: boolean }> {
  const { commit, dirty } = await readSource(options);
  if (commit !== undefined && dirty !== undefined) return { commit, dirty };
  throw cliError({
    code: "SOURCE_UNREADABLE",
    message: `git does not say any more which commit ${options.folder} is and whether it has changes: it did before the build, and now ${options.signal.aborted ? "not in time" : "it fails"}.`,
    hint: "See what `git status` says there and how long it takes. What was tested is kept: `seatrial release` releases it.",
  });
}

/** What other jobs left of their runs is no change, also when their `.gitignore` did not come along. */
const EXCEPT_RESULTS = ":(exclude).seatrial";

/** The user's own settings may hide files that are in no commit, and still in the image. */
const CHANGES = ["status", "--porcelain", "--untracked-files=normal", "--", ":/", EXCEPT_RESULTS];

/** Some of what a tree has that no commit has, in git's words: `?? notes.txt`. Empty where git does not tell. */
export async function someChanges(options: Parameters<typeof readSource>[0]): Promise<string> {
  const { folder, env, signal } = options;
  const argv: [string, ...string[]] = ["git", "-C", folder, ...CHANGES];
  const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
  const lines = (answer?.stdout ?? "").split("\n").filter((line) => line !== "");
  const shown = lines.slice(0, 3).map((line) => line.trim());
  return [...shown, ...(lines.length > 3 ? [`and ${lines.length - 3} more`] : [])].join(", ");
}

const QUESTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["GIT_SHA", ["rev-parse", "HEAD"]],
  ["GIT_SHORT_SHA", ["rev-parse", "--short=12", "HEAD"]],
  ["GIT_BRANCH", ["symbolic-ref", "--short", "--quiet", "HEAD"]],
  ["GIT_TAG", ["describe", "--tags", "--exact-match"]],
]);

/** Whether git tells a variable's value where nobody set it. */
export function isGitVariable(name: string): boolean {
  return QUESTIONS.has(name);
}

/**
 * Values of GIT_SHA, GIT_SHORT_SHA, GIT_BRANCH and GIT_TAG, asked of git when the configuration mentions them. In a pipeline, branch and
 * tag are those that it runs for: a commit may have several tags, and what is checked out there is no branch.
 */
export function gitVariables(options: {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): (name: string) => Promise<string | undefined> {
  const { folder, env, signal } = options;
  const ref = pipelineRef(env);
  return async (name) => {
    const question = QUESTIONS.get(name);
    if (question === undefined) return undefined;
    if (ref !== undefined && name === "GIT_BRANCH") return ref.branch;
    if (ref !== undefined && name === "GIT_TAG") return ref.tag;
    const argv: [string, ...string[]] = ["git", "-C", folder, ...question];
    const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
    return answer?.code === 0 ? answer.stdout.trim() : undefined;
  };
}

/** The root of the repository that a folder is in, and where in it that folder is; outside of one its own root. */
export async function placeInRepository(
  options: Parameters<typeof readSource>[0],
): Promise<{ root: string; folder?: string | undefined }> {
  const { folder, env, signal } = options;
  // Git's own words for it also hold where links lead here.
  const argv: [string, ...string[]] = ["git", "-C", folder, "rev-parse", "--show-toplevel", "--show-prefix"];
  const answer = await runCommand({ argv, env, signal }).catch(() => undefined);
  if (answer?.code !== 0) return { root: folder };
  const [root = "", prefix = ""] = answer.stdout.split("\n");
  return prefix === "" ? { root: folder } : { root, folder: prefix.replace(/\/$/, "") };
}
