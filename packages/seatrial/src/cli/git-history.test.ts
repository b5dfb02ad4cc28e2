import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { openHistory } from "./git-history.ts";

const run = promisify(execFile);
const { signal } = new AbortController();

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  ...Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "a"],
      [`GIT_${who}_EMAIL`, "a@example.com"],
    ]),
  ),
};

it("tells how commits lie to the one that is released, as far as the checkout has them", async () => {
  await using folder = await makeFolder({});
  const { path } = folder;
  const git = async (...args: string[]) => (await run("git", ["-C", path, ...args], { env })).stdout.trim();
  await git("init", "--quiet", "--initial-branch=main", "main");
  const inMain = (...args: string[]) => git("-C", "main", ...args);
  const onMain = async (message: string) => {
    await inMain("commit", "--quiet", "--allow-empty", "--message", message);
    return await inMain("rev-parse", "HEAD");
  };
  const first = await onMain("first");
  const second = await onMain("second");
  await inMain("checkout", "--quiet", "-b", "other", first);
  const beside = await onMain("beside");
  await inMain("checkout", "--quiet", "main");
  const third = await onMain("third");
  await inMain("checkout", "--quiet", "-b", "before", second);
  const missing = "0".repeat(40);
  const tell = async (checkout: string) => {
    const history = openHistory({ folder: `${path}/${checkout}`, env, commit: second, signal });
    return await Promise.all([second, first, third, beside, missing].map((each) => history.kinshipOf(each)));
  };
  expect(await tell("main")).toEqual(["same", "older", "newer", "apart", "apart"]);
  // A pipeline's checkout that begins at its commit, and one that has no more than its branch.
  await git("clone", "--quiet", "--depth=1", "--branch=before", `file://${path}/main`, "shallow");
  expect(await tell("shallow")).toEqual(["same", "unknown", "unknown", "unknown", "unknown"]);
  await git("clone", "--quiet", "--single-branch", "--branch=before", `file://${path}/main`, "whole");
  expect(await tell("whole")).toEqual(["same", "older", "apart", "apart", "apart"]);
  // No git, no answer.
  expect(await tell("nowhere")).toEqual(["same", "unknown", "unknown", "unknown", "unknown"]);
});
