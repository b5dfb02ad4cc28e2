import { execFile } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { checkReadable, gitVariables, placeInRepository, readSource, someChanges } from "./git.ts";
import { at } from "./testing/at.ts";

const run = promisify(execFile);
const signal = new AbortController().signal;
const env = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};
const who = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};

/** A checkout with one commit on the branch `trunk`. */
async function checkout() {
  const here = await at({ file: "one" });
  const git = (...args: string[]) => run("git", ["-C", here.path, ...args], { env: { ...env, ...who } });
  await git("init", "--quiet", "--initial-branch", "trunk");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "first");
  const commit = (await git("rev-parse", "HEAD")).stdout.trim();
  return { here, git, commit };
}

describe("the source of a run", () => {
  it("is the commit, and whether the tree differs from it", async () => {
    const { here, commit } = await checkout();
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ commit, dirty: false });
    // What other jobs left of their runs, without the `.gitignore` that a run writes beside it.
    await mkdir(`${here.path}/.seatrial/runs`, { recursive: true });
    await writeFile(`${here.path}/.seatrial/runs/outcome.json`, "{}");
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ commit, dirty: false });
    await writeFile(`${here.path}/file`, "two");
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ commit, dirty: true });
    await here[Symbol.asyncDispose]();
  });

  it("has changes where the user's settings hide new files, where there is no commit yet, and where git cannot tell", async () => {
    const { here, git, commit } = await checkout();
    await git("config", "status.showUntrackedFiles", "no");
    await writeFile(`${here.path}/new`, "");
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ commit, dirty: true });
    await rm(`${here.path}/new`);
    await writeFile(`${here.path}/.git/index`, "no index");
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ commit, dirty: true });
    await rm(`${here.path}/.git`, { recursive: true });
    await git("init", "--quiet");
    expect(await readSource({ folder: here.path, env, signal })).toEqual({ dirty: true });
    await here[Symbol.asyncDispose]();
  });

  it("tells some of its changes", async () => {
    const { here } = await checkout();
    expect(await someChanges({ folder: here.path, env, signal })).toBe("");
    await writeFile(`${here.path}/file`, "two");
    await writeFile(`${here.path}/a`, "");
    expect(await someChanges({ folder: here.path, env, signal })).toBe("M file, ?? a");
    for (const name of ["b", "c"]) await writeFile(`${here.path}/${name}`, "");
    expect(await someChanges({ folder: here.path, env, signal })).toBe("M file, ?? a, ?? b, and 1 more");
    expect(await someChanges({ folder: here.path, env: { PATH: "/nowhere" }, signal })).toBe("");
    await here[Symbol.asyncDispose]();
  });

  it("that git refuses to read is an error of a release, with git's words; no checkout and no git are none", async () => {
    const { here } = await checkout();
    await checkReadable({ folder: here.path, env, signal });
    await checkReadable({ folder: here.path, env: { PATH: "/nowhere" }, signal });
    await checkReadable({ folder: "/", env, signal });
    await writeFile(`${here.path}/.git/config`, "[core");
    const reading = checkReadable({ folder: here.path, env, signal });
    await expect(reading).toThrowWithCode("SOURCE_UNREADABLE");
    await expect(reading).rejects.toThrow(/bad config/);
    await here[Symbol.asyncDispose]();
  });

  it("is unknown, and no error, without git, outside of a checkout, or when the run stops", async () => {
    await using here = await at({});
    const { path: folder } = here;
    const stopped = AbortSignal.abort(new Error("stop"));
    expect(await readSource({ folder, env: { PATH: "/nowhere" }, signal })).toEqual({});
    expect(await readSource({ folder: "/", env, signal })).toEqual({});
    expect(await readSource({ folder, env, signal: stopped })).toEqual({});
  });
});

it("variables of git are those of the checkout, and no others are answered", async () => {
  const { here, git, commit } = await checkout();
  const lookup = gitVariables({ folder: here.path, env, signal });
  expect(await lookup("GIT_SHA")).toBe(commit);
  expect(await lookup("GIT_SHORT_SHA")).toBe(commit.slice(0, 12));
  expect(await lookup("GIT_BRANCH")).toBe("trunk");
  expect(await lookup("GIT_TAG")).toBeUndefined();
  await git("tag", "v1");
  expect(await lookup("GIT_TAG")).toBe("v1");
  await git("checkout", "--quiet", "--detach");
  expect(await lookup("GIT_BRANCH")).toBeUndefined();
  expect(await lookup("HOME")).toBeUndefined();
  await here[Symbol.asyncDispose]();
});

it.each([
  ["GitLab", { CI_COMMIT_BRANCH: "main" }, { CI_COMMIT_TAG: "v2" }],
  [
    "GitHub",
    { GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "main" },
    { GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v2" },
  ],
  ["Jenkins", { BRANCH_NAME: "main", BUILD_NUMBER: "7" }, { TAG_NAME: "v2", BRANCH_NAME: "v2" }],
])(
  "in a pipeline of %s, branch and tag are the pipeline's, whatever else git knows of the commit",
  async (_, branch, tag) => {
    const { here, git } = await checkout();
    const lookup = (variables: Record<string, string>) =>
      gitVariables({ folder: here.path, env: { ...env, ...variables }, signal });
    const expectPipelines = async () => {
      expect(await lookup(branch)("GIT_BRANCH")).toBe("main");
      expect(await lookup(branch)("GIT_TAG")).toBeUndefined();
      expect(await lookup(tag)("GIT_TAG")).toBe("v2");
      expect(await lookup(tag)("GIT_BRANCH")).toBeUndefined();
    };
    // Git itself takes the annotated one, and is on the branch `trunk`.
    await git("tag", "v2");
    await git("tag", "--annotate", "--message", "candidate", "v2-rc1");
    await expectPipelines();
    await git("checkout", "--quiet", "--detach");
    await expectPipelines();
    await here[Symbol.asyncDispose]();
  },
);

it("the place of a folder in its repository is known, also where a link leads there", async () => {
  const { here } = await checkout();
  const { path: root } = here;
  await mkdir(`${root}/services/shop`, { recursive: true });
  await mkdir(`${root}/deep/er`, { recursive: true });
  await symlink(`${root}/services`, `${root}/deep/er/link`);
  const place = (folder: string) => placeInRepository({ folder, env, signal });
  expect(await place(root)).toEqual({ root });
  expect(await place(`${root}/services/shop`)).toEqual({ root, folder: "services/shop" });
  expect(await place(`${root}/deep/er/link/shop`)).toEqual({ root, folder: "services/shop" });
  await rm(`${root}/.git`, { recursive: true });
  expect(await place(`${root}/services/shop`)).toEqual({ root: `${root}/services/shop` });
  await here[Symbol.asyncDispose]();
});
