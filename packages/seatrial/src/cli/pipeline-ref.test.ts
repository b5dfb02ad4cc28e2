import { expect, it } from "vitest";
import { pipelineRef, withoutPluginBranch } from "./pipeline-ref.ts";

it.each([
  ["a branch of GitLab", { GITLAB_CI: "true", CI_COMMIT_BRANCH: "a/b" }, { branch: "a/b" }],
  ["a tag of GitLab", { GITLAB_CI: "true", CI_COMMIT_TAG: "v1", CI_COMMIT_BRANCH: "" }, { tag: "v1" }],
  ["a merge request of GitLab", { GITLAB_CI: "true", BRANCH_NAME: "x", BUILD_NUMBER: "1" }, {}],
  [
    "a pull request of GitHub",
    { GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "7/merge" },
    { branch: "7/merge" },
  ],
  ["a pull request of Jenkins", { BRANCH_NAME: "PR-7", BUILD_NUMBER: "1" }, { branch: "PR-7" }],
  [
    "nothing of a pipeline, where a person calls something a branch",
    { BRANCH_NAME: "mine", CI_COMMIT_TAG: "" },
    undefined,
  ],
])("%s", (_, env, ref) => {
  expect(pipelineRef(env)).toEqual(ref);
});

const JENKINS = { JENKINS_URL: "https://ci.example.com/", BUILD_NUMBER: "7" };

it.each([
  ["the build of a tag in Jenkins", { ...JENKINS, TAG_NAME: "v1", BRANCH_NAME: "v1" }, undefined],
  ["the build of a branch in Jenkins", { ...JENKINS, BRANCH_NAME: "main" }, undefined],
  ["a project of Jenkins that has no branch of its own", JENKINS, "v1"],
  ["a person's, or another system's", { CI_COMMIT_BRANCH: "main" }, "v1"],
])("GIT_BRANCH of %s", (_, env, left) => {
  const whole = { ...env, GIT_BRANCH: "v1", PATH: "/bin" };
  expect(withoutPluginBranch(whole)).toEqual({ ...env, PATH: "/bin", ...(left && { GIT_BRANCH: left }) });
});
