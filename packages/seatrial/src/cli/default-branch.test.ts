import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { defaultBranch } from "./default-branch.ts";
import { at } from "./testing/at.ts";

const { signal } = new AbortController();
const plain = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

async function repository() {
  const here = await at({ "event.json": JSON.stringify({ repository: { default_branch: "of-github" } }) });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: here.path, env: plain, stdio: "pipe" });
  git("init", "--quiet", "--initial-branch", "trunk");
  return {
    git,
    path: here.path,
    ask: (env: Record<string, string> = {}) =>
      defaultBranch({ folder: here.path, env: { ...plain, ...env }, signal }),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
}

it("the default branch is the remote's; the one that git begins with and main are guesses", async () => {
  await using here = await repository();
  expect(await here.ask()).toEqual({ name: "main", isGuess: true });
  here.git("config", "init.defaultBranch", "first");
  expect(await here.ask()).toEqual({ name: "first", isGuess: true });
  expect(await here.ask({ PATH: "/nowhere" })).toEqual({ name: "main", isGuess: true });
  here.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/feature/trunk");
  expect(await here.ask()).toEqual({ name: "feature/trunk", isGuess: false });
});

it("what a pipeline says of it comes before the remote's, and SEATRIAL_DEFAULT_BRANCH before all", async () => {
  await using here = await repository();
  here.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/old");
  const github = { GITHUB_EVENT_PATH: `${here.path}/event.json` };
  const jenkins = { BRANCH_NAME: "of-jenkins", BRANCH_IS_PRIMARY: "true" };
  const name = async (env: Record<string, string>) => (await here.ask(env)).name;
  expect(await name({ CI_DEFAULT_BRANCH: "of-gitlab" })).toBe("of-gitlab");
  expect(await name(github)).toBe("of-github");
  expect(await name(jenkins)).toBe("of-jenkins");
  expect(await name({ SEATRIAL_DEFAULT_BRANCH: "named", ...jenkins, ...github })).toBe("named");
  // Nothing of a pipeline is said by what is empty, missing or about another branch.
  expect(await name({ SEATRIAL_DEFAULT_BRANCH: "", CI_DEFAULT_BRANCH: "", BRANCH_NAME: "x" })).toBe("old");
  expect(await name({ GITHUB_EVENT_PATH: "/nowhere" })).toBe("old");
});
