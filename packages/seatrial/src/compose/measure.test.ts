import { symlink } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { measure } from "./measure.ts";
import { folderWith } from "./testing/folder.ts";

const plenty = { files: 100, bytes: 1_000 };

test("files, folders and links are counted, bytes of files only", async () => {
  const folder = await folderWith({ "a.txt": "12345", "sub/b.txt": "123" });
  await symlink("/etc", path.join(folder, "link"));
  expect(await measure(folder, plenty)).toEqual({ files: 5, bytes: 8, exceeded: false });
});

test("a single file is one", async () => {
  const folder = await folderWith({ a: "12" });
  expect(await measure(path.join(folder, "a"), plenty)).toEqual({ files: 1, bytes: 2, exceeded: false });
});

test("counting stops right after a limit", async () => {
  const names = Array.from({ length: 50 }, (_, index) => [`many/${index}`, "123"]);
  const folder = await folderWith(Object.fromEntries(names));
  expect(await measure(folder, { ...plenty, files: 10 })).toMatchObject({ files: 11, exceeded: true });
  expect(await measure(folder, { ...plenty, bytes: 10 })).toMatchObject({ bytes: 12, exceeded: true });
  expect(await measure(folder, { files: 52, bytes: 150 })).toMatchObject({ exceeded: false });
});

test("something that is no file is named", async () => {
  const folder = await folderWith({});
  const server = createServer().listen(path.join(folder, "s.sock"));
  onTestFinished(() => void server.close());
  expect(await measure(folder, plenty)).toMatchObject({ special: path.join(folder, "s.sock") });
});

test("what is not there fails with the system's error", async () => {
  await expect(measure("/nowhere/at/all", plenty)).rejects.toMatchObject({ code: "ENOENT" });
});
