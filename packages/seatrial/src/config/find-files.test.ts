import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findFiles } from "./find-files.ts";
import { makeFolder } from "./testing/folder.ts";

const FILES = {
  "m/1.sql": "",
  "m/2.sql": "",
  "m/10.sql": "",
  "m/.hidden.sql": "",
  "m/deep/3.sql": "",
  "m/deep/er/4.sql": "",
  "m/node_modules/5.sql": "",
  "m/notes.txt": "",
};

async function namesOf(glob: string) {
  await using folder = await makeFolder(FILES);
  await symlink("2.sql", join(folder.path, "m/link.sql"));
  await symlink("..", join(folder.path, "m/deep/up"));
  await mkdir(join(folder.path, "m/folder.sql"));
  const found = await findFiles(join(folder.path, glob));
  return found?.map(({ name }) => name);
}

describe("findFiles", () => {
  it("puts numbers in names in the order of numbers, and follows links to files", async () => {
    expect(await namesOf("m/*.sql")).toEqual(["1.sql", "2.sql", "10.sql", "link.sql"]);
  });

  it("goes into folders with two asterisks only, and into none that is linked or full of packages", async () => {
    expect(await namesOf("m/**/*.sql")).toEqual([
      "1.sql",
      "2.sql",
      "10.sql",
      "deep/3.sql",
      "deep/er/4.sql",
      "link.sql",
    ]);
    expect(await namesOf("m/*/*.sql")).toEqual(["deep/3.sql"]);
  });

  it("finds names with a dot when they are asked for", async () => {
    expect(await namesOf("m/.*.sql")).toEqual([".hidden.sql"]);
  });

  it("takes a plain path as it is; one that is not there is nothing, a folder is no file", async () => {
    expect(await namesOf("m/notes.txt")).toEqual(["notes.txt"]);
    expect(await namesOf("m/none.txt")).toEqual([]);
    expect(await namesOf("none/*.sql")).toEqual([]);
    expect(await namesOf("m")).toBeUndefined();
  });
});
