import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { scopeOf } from "../image/index.ts";
import { cacheScopes } from "./cache-scopes.ts";

/** A checkout as CI systems make it, of a commit and no branch, or of the branch `trunk`. */
async function scopes(env: Record<string, string>, options: { branch?: boolean } = {}) {
  await using folder = await makeFolder({
    "a.txt": "a",
    "event.json": JSON.stringify({ repository: { default_branch: "trunk" } }),
  });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: folder.path,
      stdio: "pipe",
    });
  git("init", "-q", "-b", "trunk");
  git("add", ".");
  git("commit", "-qm", "a");
  if (options.branch !== true) git("checkout", "-q", "--detach");
  const event =
    env["GITHUB_REF_NAME"] === undefined ? {} : { GITHUB_EVENT_PATH: `${folder.path}/event.json` };
  return await cacheScopes({
    folder: folder.path,
    env: { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", ...event, ...env },
    signal: new AbortController().signal,
  });
}

const [trunk, feature] = [scopeOf("trunk"), scopeOf("feature/x")];
const GITLAB = { GITLAB_CI: "true", CI_DEFAULT_BRANCH: "trunk" };
const GITHUB = { GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "trunk" };
const JENKINS = { BUILD_NUMBER: "7" };

describe("the caches of a build", () => {
  it.each<[string, Record<string, string>]>([
    ["GitLab", { ...GITLAB, CI_COMMIT_BRANCH: "trunk" }],
    ["GitHub", GITHUB],
    ["Jenkins", { ...JENKINS, GIT_BRANCH: "trunk", BRANCH_NAME: "trunk", BRANCH_IS_PRIMARY: "true" }],
  ])("of the default branch in %s are its own, and no others", async (_system, env) => {
    expect(await scopes(env)).toEqual({ reads: [trunk], writes: trunk });
  });

  it.each<[string, Record<string, string>]>([
    ["GitLab", { ...GITLAB, CI_COMMIT_BRANCH: "feature/x" }],
    ["GitHub", { ...GITHUB, GITHUB_REF_NAME: "feature/x" }],
    // Nothing of Jenkins or of its clone tells them; the file that `seatrial ci` writes does.
    ["Jenkins", { ...JENKINS, BRANCH_NAME: "feature/x", SEATRIAL_DEFAULT_BRANCH: "trunk" }],
  ])(
    "of another branch in %s begin with the default branch's, which it does not write",
    async (_system, env) => {
      expect(await scopes(env)).toEqual({ reads: [feature, trunk], writes: feature });
    },
  );

  it.each<[string, Record<string, string>]>([
    ["a tag in GitLab", { ...GITLAB, CI_COMMIT_TAG: "v1" }],
    ["a merge request in GitLab", { ...GITLAB, CI_MERGE_REQUEST_IID: "7" }],
    ["a tag in GitHub", { ...GITHUB, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1" }],
  ])("of %s are the default branch's, and it leaves none", async (_what, env) => {
    expect(await scopes(env)).toEqual({ reads: [trunk] });
  });

  it("of a tag in Jenkins are never written, whatever its GIT_BRANCH says", async () => {
    const { writes } = (await scopes({ ...JENKINS, TAG_NAME: "v1", GIT_BRANCH: "v1" })) ?? {};
    expect(writes).toBeUndefined();
  });

  it("of a checkout on a branch are that branch's", async () => {
    expect(await scopes({}, { branch: true })).toMatchObject({ writes: trunk });
  });
});

it("without git there are no branches", async () => {
  await using folder = await makeFolder({});
  const env = { PATH: process.env["PATH"] ?? "" };
  const { signal } = new AbortController();
  expect(await cacheScopes({ folder: folder.path, env, signal })).toBeUndefined();
});
