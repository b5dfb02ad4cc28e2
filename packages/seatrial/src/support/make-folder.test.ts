import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-make-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a folder is made with those above it, by many at once, and may be there already", async () => {
  const deep = path.join(folder, "a/b/c");
  await Promise.all(Array.from({ length: 10 }, () => makeFolder(deep)));
  await makeFolder(deep);
  expect((await stat(deep)).isDirectory()).toBe(true);
});

test("a link to a folder is one", async () => {
  await symlink(tmpdir(), path.join(folder, "link"));
  await makeFolder(path.join(folder, "link"));
});

test("a file in its place or above it is an error that says so", async () => {
  await writeFile(path.join(folder, "file"), "");
  await expect(makeFolder(path.join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(path.join(folder, "file/a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("where no folder can be made, it ends", { timeout: 5_000 }, async () => {
  await expect(makeFolder("/proc/none/a/b")).rejects.toMatchObject({ syscall: "mkdir" });
});
