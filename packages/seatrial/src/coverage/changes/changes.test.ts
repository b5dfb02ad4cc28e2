import { execFileSync } from "node:child_process";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { createDiffReader } from "./parse-diff.ts";
import { readChanges } from "./read-changes.ts";
import { unquotePath } from "./unquote-path.ts";

const { signal } = new AbortController();
const ENV = {
  PATH: process.env["PATH"],
  HOME: "/nowhere",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};
const TEN = Array.from({ length: 10 }, (_, at) => `line ${at + 1}`);

async function checkout(files: Record<string, string>) {
  const folder = await createFolder(files);
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: folder.path, env: ENV, stdio: "pipe" }).toString();
  const commit = () => {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", "x");
  };
  git("init", "-q", "-b", "main");
  commit();
  git("branch", "base");
  const write = async (name: string, content: string) => {
    await mkdir(path.dirname(path.join(folder.path, name)), { recursive: true });
    await writeFile(path.join(folder.path, name), content);
  };
  const changes = async (base = "base", root = folder.path, env: Record<string, string> = {}) => {
    const found = await readChanges({ root, base, env: { ...ENV, ...env }, signal });
    return Object.fromEntries([...found].map(([file, lines]) => [file, [...lines]]));
  };
  return {
    path: folder.path,
    git,
    commit,
    write,
    changes,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe("changed lines", () => {
  it("are those of commits, of what is not committed, and of new files", async () => {
    await using here = await checkout({ "a.txt": `${TEN.join("\n")}\n`, "b.txt": "one\ntwo" });
    await here.write("a.txt", `${TEN.with(2, "changed").join("\n")}\n`);
    here.commit();
    await here.write("b.txt", "one\ntwo changed\nthree");
    await here.write("c.txt", "new\n\nnew");
    expect(await here.changes()).toEqual({ "a.txt": [3], "b.txt": [2, 3], "c.txt": [1, 3] });
  });

  it("count from where the histories parted, not from what the base is now", async () => {
    await using here = await checkout({ "a.txt": "one\n", "b.txt": "one\n" });
    here.git("checkout", "-q", "base");
    await here.write("a.txt", "changed on base\n");
    here.commit();
    here.git("checkout", "-q", "main");
    await here.write("b.txt", "changed here\n");
    expect(await here.changes()).toEqual({ "b.txt": [1] });
  });

  it("follow a file that was renamed, and forget one that was removed", async () => {
    await using here = await checkout({ "old.txt": `${TEN.join("\n")}\n`, "gone.txt": "x\n" });
    await rename(path.join(here.path, "old.txt"), path.join(here.path, "new.txt"));
    await here.write("new.txt", `${TEN.with(9, "changed").join("\n")}\n`);
    await rm(path.join(here.path, "gone.txt"));
    here.commit();
    expect(await here.changes()).toEqual({ "new.txt": [10] });
  });

  it("are none of binary files, of modes alone, and of what is not code", async () => {
    await using here = await checkout({ "run.sh": "x\n", "a.bin": "\0\x01", "a.go": "func a() {\n}\n" });
    await chmod(path.join(here.path, "run.sh"), 0o755);
    await here.write("a.bin", "\0\x02");
    await here.write("new.bin", "\0\x02");
    await here.write("a.go", "// a does it\nfunc a() {\n\n\tcall(func() {\n\t})\n}\n");
    expect(await here.changes()).toEqual({ "a.go": [4] });
  });

  it("of files with odd names are found, and so is text that looks like a diff", async () => {
    const odd = 'tab\t"quoted" näme \\ x.txt';
    await using here = await checkout({ [odd]: "one\n", "with space.txt": "one\n", "diff.txt": "-- a\n" });
    await here.write(odd, "one\ntwo\n");
    await here.write("with space.txt", "two\n");
    await here.write("diff.txt", "++ b/evil.txt\n@@ -0,0 +1,9 @@\ndiff --git a/x b/x\n");
    expect(await here.changes()).toEqual({ [odd]: [2], "with space.txt": [1], "diff.txt": [1, 2, 3] });
  });

  it("are the same whatever the user's settings are", async () => {
    await using here = await checkout({ "a.txt": `${TEN.join("\n")}\n` });
    for (const [name, value] of [
      ["diff.noprefix", "true"],
      ["diff.mnemonicPrefix", "true"],
      ["color.diff", "always"],
      ["diff.external", "/bin/false"],
      ["diff.context", "9"],
      ["diff.interHunkContext", "9"],
      ["diff.relative", "true"],
      ["core.quotePath", "false"],
    ])
      here.git("config", name ?? "", value ?? "");
    await here.write("a.txt", `${TEN.with(1, "x").with(8, "y").join("\n")}\n`);
    expect(await here.changes()).toEqual({ "a.txt": [2, 9] });
  });

  it("of a project in a folder of the checkout are named from there", async () => {
    await using here = await checkout({ "shop/a.txt": "one\n", "lib/b.txt": "one\n" });
    await here.write("shop/a.txt", "two\n");
    await here.write("lib/b.txt", "two\n");
    await here.write("shop/new.txt", "new\n");
    expect(await here.changes("base", path.join(here.path, "shop"))).toEqual({
      "a.txt": [1],
      "../lib/b.txt": [1],
      "new.txt": [1],
    });
  });

  it("are not known where the clone lacks the base: the error says how to get it", async () => {
    await using here = await checkout({ "a.txt": "one\n" });
    await expect(here.changes("origin/main")).toThrowWithCode("COVERAGE_BASE_UNKNOWN");
    await expect(here.changes("origin/main")).rejects.toMatchObject({
      hint: "Fetch it first: git fetch origin main",
    });
    // No step of a pipeline has the credentials to fetch there.
    await expect(here.changes("origin/main", here.path, { JENKINS_URL: "http://j" })).rejects.toMatchObject({
      hint: expect.stringMatching(
        /"Specify ref specs" with \+refs\/heads\/\*:refs\/remotes\/@\{remote\}\/\*\.$/,
      ),
    });
    await expect(here.changes("--output=/tmp/x")).toThrowWithCode("COVERAGE_BASE_UNKNOWN");
  });

  it("are not known in a shallow clone whose history ends too early", async () => {
    await using here = await checkout({ "a.txt": "one\n" });
    here.commit();
    await using clones = await createFolder({});
    execFileSync("git", ["clone", "-q", "--depth", "1", "--no-single-branch", `file://${here.path}`, "c"], {
      cwd: clones.path,
      env: ENV,
    });
    const shallow = readChanges({ root: `${clones.path}/c`, base: "origin/base", env: ENV, signal });
    await expect(shallow).toThrowWithCode("COVERAGE_BASE_UNKNOWN");
    await expect(shallow).rejects.toMatchObject({ hint: expect.stringContaining("fetch-depth: 0") });
  });

  it("are not known where no history is shared", async () => {
    await using here = await checkout({ "a.txt": "one\n" });
    here.git("checkout", "-q", "--orphan", "other");
    await here.write("b.txt", "another beginning\n");
    here.commit();
    await expect(here.changes()).toThrowWithCode("COVERAGE_BASE_UNKNOWN");
  });

  it("are not known without git, or outside of a checkout", async () => {
    await using folder = await createFolder({});
    const ask = (env: Record<string, string | undefined>) =>
      readChanges({ root: folder.path, base: "main", env, signal });
    await expect(ask({ PATH: "/nowhere" })).toThrowWithCode("COVERAGE_CHANGES_UNKNOWN");
    await expect(ask(ENV)).toThrowWithCode("COVERAGE_CHANGES_UNKNOWN");
  });
});

describe("a diff", () => {
  const read = (text: string) => {
    const reader = createDiffReader();
    for (const line of text.split("\n")) reader.line(line);
    return Object.fromEntries([...reader.changes()].map(([file, lines]) => [file, [...lines]]));
  };

  it("of a submodule or an unmerged file, and one that is no diff, has no lines", () => {
    expect(read("* Unmerged path a.txt\ndiff --cc b.txt\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n")).toEqual({});
    expect(read("diff --git a/s b/s\n--- a/s\n+++ /dev/null\n@@ -1 +0,0 @@\n-Subproject commit 1\n")).toEqual(
      {},
    );
    expect(read("\0\xff+++\n@@ -1 +1 @@\n+x")).toEqual({});
  });

  it("without a newline at the end counts on", () => {
    const text =
      "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n\\ No newline at end of file\n+y\n+z\n\\ No newline at end of file";
    expect(read(text)).toEqual({ a: [1, 2] });
  });
});

describe("a path in quotes", () => {
  it.each([
    ["plain.txt", "plain.txt"],
    ['"b/n\\303\\244me.txt"', "b/näme.txt"],
    ['"b/\\t\\n\\"\\\\\\a.txt"', 'b/\t\n"\\\x07.txt'],
    ['"b/\\', '"b/\\'],
  ])("%s is %s", (written, path) => {
    expect(unquotePath(written)).toBe(path);
  });
});
