/** The branch or the tag that a pipeline runs for. */
export interface PipelineRef {
  branch?: string | undefined;
  tag?: string | undefined;
}

/**
 * The environment without what Jenkins' git plugin calls GIT_BRANCH where the pipeline's own branch or tag is known: the plugin's is the
 * tag in the build of a tag, and would win over ours.
 */
export function withoutPluginBranch(
  env: Record<string, string | undefined>,
): Record<string, string | undefined> {
  if (!env["JENKINS_URL"] || env["GIT_BRANCH"] === undefined || pipelineRef(env) === undefined) return env;
  const { GIT_BRANCH: _, ...others } = env;
  return others;
}

/** What GitLab, GitHub or Jenkins says that its pipeline runs for; undefined where none of them does. */
export function pipelineRef(env: Record<string, string | undefined>): PipelineRef | undefined {
  const { GITLAB_CI, CI_COMMIT_BRANCH, CI_COMMIT_TAG } = env;
  // The pipeline of a merge request has neither.
  if (GITLAB_CI || CI_COMMIT_BRANCH || CI_COMMIT_TAG)
    return CI_COMMIT_TAG ? { tag: CI_COMMIT_TAG } : { branch: CI_COMMIT_BRANCH || undefined };
  const { GITHUB_REF_TYPE, GITHUB_REF_NAME } = env;
  if (GITHUB_REF_TYPE && GITHUB_REF_NAME)
    return GITHUB_REF_TYPE === "tag" ? { tag: GITHUB_REF_NAME } : { branch: GITHUB_REF_NAME };
  // A multibranch project of Jenkins. People use the second name for other things, too.
  const { TAG_NAME, BRANCH_NAME, BUILD_NUMBER } = env;
  if (TAG_NAME) return { tag: TAG_NAME };
  return BRANCH_NAME && BUILD_NUMBER ? { branch: BRANCH_NAME } : undefined;
}
