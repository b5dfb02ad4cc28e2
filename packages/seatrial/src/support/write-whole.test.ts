import { mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWhole } from "./write-whole.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-whole-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a file is written into a folder that is made for it", async () => {
  await writeWhole(path.join(folder, "a/b/file"), "whole");
  expect(await readFile(path.join(folder, "a/b/file"), "utf8")).toBe("whole");
  expect(await readdir(path.join(folder, "a/b"))).toEqual(["file"]);
});

test("a full disk leaves the file of before, and no part of the new one", async () => {
  const file = path.join(folder, "file");
  await writeWhole(file, "old");
  await symlink("/dev/full", `${file}.part`);
  await expect(writeWhole(file, "new")).rejects.toMatchObject({ code: "ENOSPC" });
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["file"]);
});

test("several may write one file at once, with a mode of its own", async () => {
  const file = path.join(folder, "file");
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(100_000));
  await Promise.all(texts.map((text) => writeWhole(file, text, { mode: 0o600, shared: true })));
  expect(texts).toContain(await readFile(file, "utf8"));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["file"]);
});
