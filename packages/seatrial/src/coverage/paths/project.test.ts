import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { findGoModules, parseGoMod } from "./go-modules.ts";
import { isIgnored, parseIgnore } from "./ignore-rules.ts";
import { createPathGlobs } from "./path-globs.ts";
import { listProjectFiles } from "./project-files.ts";

const { signal } = new AbortController();
const FILES = {
  "a.py": "",
  "sub/b.py": "",
  "sub/naïve file.py": "",
  "build/out.py": "",
  "sub/local.log": "",
  "sub/kept.log": "",
  "node_modules/x/index.js": "",
  ".gitignore": "/build\n*.log\nnode_modules/\n",
  "sub/.gitignore": "!kept.log\n",
};
const WANTED = [".gitignore", "a.py", "sub/.gitignore", "sub/b.py", "sub/kept.log", "sub/naïve file.py"];

describe("the files of a project", () => {
  it("are those that git tracks or would take", async () => {
    await using folder = await createFolder(FILES);
    execFileSync("git", ["init", "-q"], { cwd: folder.path });
    execFileSync("git", ["add", "a.py"], { cwd: folder.path });
    const files = await listProjectFiles({ root: folder.path, env: process.env, signal });
    expect(files.sort()).toEqual(WANTED);
  });

  it("are those that no .gitignore names where there is no git", async () => {
    await using folder = await createFolder(FILES);
    const files = await listProjectFiles({ root: folder.path, env: { PATH: "/nowhere" }, signal });
    expect(files.sort()).toEqual(WANTED);
  });

  it("are listed no further when nobody waits for them", async () => {
    await using folder = await createFolder(FILES);
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(listProjectFiles({ root: folder.path, env: {}, signal: stopped })).rejects.toThrow(
      "stopped",
    );
  });
});

describe("rules of a .gitignore", () => {
  it.each([
    ["*.log", "", "a/b.log", true],
    ["/a", "", "b/a", false],
    ["a/b", "", "a/b", true],
    ["a/b", "", "c/a/b", false],
    ["a/**/z", "", "a/b/c/z", true],
    ["# a", "", "a", false],
    ["\\#a", "", "#a", true],
    ["a ", "", "a", true],
    ["*\n!b", "", "b", false],
    ["*.py", "sub", "sub/x.py", true],
    ["*.py", "sub", "x.py", false],
    ["*.py", "odd[1]{x}", "odd[1]{x}/x.py", true],
  ])("%j in %j on %j: %s", (text, folder, path, ignored) => {
    expect(isIgnored(parseIgnore(text, folder), path, false)).toBe(ignored);
  });

  it("that end in a slash are about folders", () => {
    const rules = parseIgnore("dist/", "");
    expect([isIgnored(rules, "dist", true), isIgnored(rules, "dist", false)]).toEqual([true, false]);
  });
});

describe("globs of paths", () => {
  it.each([
    [["*.go"], "a/b.go", true],
    [["internal/**"], "internal/a.go", true],
    [["internal/**"], "pkg/internal/a.go", false],
    [["internal"], "pkg/internal/a.go", true],
    [["/internal"], "pkg/internal/a.go", false],
    [["./cmd/"], "cmd/x/main.go", true],
    [["**/generated/**"], "a/generated/b.go", true],
    [["*.go", "!*_test.go"], "a_test.go", false],
    [["!*_test.go"], "a.go", false],
    [["/app/**"], "/app/main.py", true],
  ])("%j on %s: %s", (globs, path, fits) => {
    expect(createPathGlobs(globs)(path)).toBe(fits);
  });
});

describe("Go modules", () => {
  it("are read from go.mod in all its forms", () => {
    const text =
      'module "example.com/a" // of ours\n\nreplace (\n\texample.com/b v1.0.0 => ../b\n\texample.com/c => example.com/d v1.0.0\n)\nreplace example.com/e => ./e/\n';
    expect(parseGoMod(text, "sub")).toEqual([
      { module: "example.com/a", folder: "sub" },
      { module: "example.com/b", folder: "b" },
      { module: "example.com/e", folder: "sub/e" },
    ]);
    expect(parseGoMod("module (\n\texample.com/block\n)\n", "")).toEqual([
      { module: "example.com/block", folder: "" },
    ]);
    expect(parseGoMod("garbage \0 (", "")).toEqual([]);
  });

  it("are those of the project and of the folders above it in its checkout, the longest names first", async () => {
    await using folder = await createFolder({
      ".git/HEAD": "",
      "go.mod": "module example.com/mono\n",
      "shop/orders/go.mod": "module example.com/mono/shop/orders\n",
    });
    const root = `${folder.path}/shop`;
    expect(await findGoModules({ root, files: ["orders/go.mod", "orders/a.go"] })).toEqual([
      { module: "example.com/mono/shop/orders", folder: "orders" },
      { module: "example.com/mono", folder: ".." },
    ]);
  });
});
