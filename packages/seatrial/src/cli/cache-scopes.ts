import { readFile } from "node:fs/promises";
import { type CacheScopes, scopeOf } from "../image/index.ts";
import { defaultBranch, gitVariables } from "./git.ts";

interface Options {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

/**
 * Whose caches a build takes and leaves. The default branch has its own and no others, so that nothing of another branch gets into what
 * is released; other branches begin with the default's and leave their own; tags, merge requests and commits of no branch leave none.
 * Undefined without git.
 */
export async function cacheScopes(options: Options): Promise<CacheScopes | undefined> {
  const { env } = options;
  const git = gitVariables(options);
  if ((await git("GIT_SHA")) === undefined) return undefined;
  const [known, ofSystem] = await Promise.all([git("GIT_BRANCH"), branchOfSystem(env)]);
  const branch = known || branchOfJenkins(env);
  const isPrimary = env["BRANCH_IS_PRIMARY"] === "true";
  const main = ofSystem ?? (isPrimary ? branch : undefined) ?? (await defaultBranch(options));
  if (branch === undefined) return { reads: [scopeOf(main)] };
  const reads = [...new Set([branch, main])].map(scopeOf);
  return { reads, writes: scopeOf(branch) };
}

/** Jenkins checks out commits too, and tells the branch in its own way. */
function branchOfJenkins({ TAG_NAME, GIT_BRANCH }: Options["env"]): string | undefined {
  return TAG_NAME ? undefined : GIT_BRANCH?.replace(/^origin\//, "") || undefined;
}

/** The default branch as GitLab and GitHub tell it; a clone of one commit does not know it. */
async function branchOfSystem(env: Options["env"]): Promise<string | undefined> {
  const told = env["CI_DEFAULT_BRANCH"];
  if (told !== undefined && told !== "") return told;
  const file = env["GITHUB_EVENT_PATH"];
  if (file === undefined || file === "") return undefined;
  try {
    const event = JSON.parse(await readFile(file, "utf8")) as { repository?: { default_branch?: unknown } };
    const name = event.repository?.default_branch;
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    return undefined;
  }
}
