import { type CacheScopes, scopeOf } from "../image/index.ts";
import { defaultBranch } from "./default-branch.ts";
import { gitVariables } from "./git.ts";

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
  const [known, { name: main }] = await Promise.all([git("GIT_BRANCH"), defaultBranch(options)]);
  const branch = known || branchOfJenkins(env);
  if (branch === undefined) return { reads: [scopeOf(main)] };
  const reads = [...new Set([branch, main])].map(scopeOf);
  return { reads, writes: scopeOf(branch) };
}

/** Jenkins checks out commits too, and tells the branch in its own way. */
function branchOfJenkins({ TAG_NAME, GIT_BRANCH }: Options["env"]): string | undefined {
  return TAG_NAME ? undefined : GIT_BRANCH?.replace(/^origin\//, "") || undefined;
}
