import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { digestOf } from "../testing/archive.ts";
import { type TarFile, tarOf } from "../testing/tar.ts";
import { type CheckWorld, check } from "../testing/world.ts";
import { pruneFolder } from "./prune.ts";

const VALUE = "a-very-secret-value";
const base: TarFile[] = [{ name: "bin/gcc", mode: 0o755, content: "x".repeat(3000) }];
const world: CheckWorld = {
  layers: [base, [{ name: "app/.env", content: `T=${VALUE}` }]],
  settings: { absent: ["gcc"], user: "non-root" },
  secrets: { token: VALUE },
};

describe("readings of layers", () => {
  it("are kept: the same image is not exported again, and its outcome is the same", async () => {
    await using folder = await createFolder({});
    const first = await check({ ...world, cacheFolder: folder.path });
    const second = await check({ ...world, cacheFolder: folder.path });
    expect([first.exports, second.exports]).toEqual([1, 0]);
    expect(second.outcome.results).toEqual(first.outcome.results);
    expect(second.outcome.reading).toEqual(first.outcome.reading);
    expect(first.outcome.counts).toEqual({ passed: 2, failed: 3, skipped: 0 });
  });

  it("are those of one set of secrets: another value is looked for in the bytes again", async () => {
    await using folder = await createFolder({});
    const other = { ...world, secrets: { token: "another-value-99" }, cacheFolder: folder.path };
    expect((await check(other)).find("check.secrets build secret token")?.status).toBe("passed");
    const found = await check({ ...world, cacheFolder: folder.path });
    expect([found.exports, found.find("check.secrets build secret token")?.status]).toEqual([1, "failed"]);
    // And what was found for one value is not told of the other.
    expect((await check(other)).find("check.secrets build secret token")?.status).toBe("passed");
    expect((await check(other)).exports).toBe(0);
  });

  it("of layers that images share are kept too: only new ones are read", async () => {
    await using folder = await createFolder({});
    await check({ ...world, cacheFolder: folder.path });
    const changed = await check({
      ...world,
      layers: [base, [{ name: "app/new", content: VALUE }]],
      cacheFolder: folder.path,
    });
    expect(changed.exports).toBe(1);
    expect(changed.find("check.secrets build secret token")?.message).toMatch(/^\/app\/new /);
    expect(changed.find("check.absent gcc")?.status).toBe("failed");
  });

  it("are never taken for those of another layer whose file has the same name in an export", async () => {
    await using folder = await createFolder({});
    await check({ ...world, cacheFolder: folder.path });
    const changed: CheckWorld = { ...world, layers: [base, [{ name: "app/.env", content: "no more" }]] };
    const top = digestOf(tarOf(changed.layers?.[1] as TarFile[]));
    // As if the new layer's file had been the lower layer in an earlier export.
    const names = [[`${top.slice("sha256:".length)}/layer.tar`, digestOf(tarOf(base))]];
    await writeFile(`${folder.path}/check/names.json`, JSON.stringify(names));
    const again = await check({ ...changed, cacheFolder: folder.path });
    expect(again.outcome.problem).toBeUndefined();
    expect(again.exports).toBe(2);
    expect(again.find("check.secrets build secret token")?.status).toBe("passed");
  });

  it("lie where only this user can read them, without the values or a plain digest of them", async () => {
    await using folder = await createFolder({});
    await check({ ...world, cacheFolder: folder.path });
    const files = await readdir(`${folder.path}/check`);
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      const path = `${folder.path}/check/${file}`;
      expect((await stat(path)).mode & 0o077, file).toBe(0);
      expect((await readFile(path)).includes(VALUE), file).toBe(false);
    }
    await using other = await createFolder({});
    await check({ ...world, cacheFolder: other.path });
    const readings = (names: string[]) => names.filter((name) => /\.v\d+$/.test(name)).sort();
    // The same value has another name on another machine.
    expect(readings(await readdir(`${other.path}/check`))).not.toEqual(readings(files));
  });

  it("and configurations that another version has kept are read anew", async () => {
    await using folder = await createFolder({});
    await check({ ...world, cacheFolder: folder.path });
    const kept = (await readdir(`${folder.path}/check`)).filter((file) => /\.v\d+\.json$/.test(file));
    expect(kept).toHaveLength(1);
    for (const file of kept) {
      const path = `${folder.path}/check/${file}`;
      // The first versions named none.
      for (const older of [".v9.json", ".json"])
        await writeFile(path.replace(/\.v\d+\.json$/, older), await readFile(path));
      await rm(path);
    }
    expect((await check({ ...world, cacheFolder: folder.path })).exports).toBe(1);
  });

  it("that are damaged are read anew", async () => {
    await using folder = await createFolder({});
    await check({ ...world, cacheFolder: folder.path });
    for (const damage of ["", "{", '{"bytes":3}\nx', "\n"]) {
      for (const file of await readdir(`${folder.path}/check`))
        if (/\.v\d+$/.test(file)) await writeFile(`${folder.path}/check/${file}`, damage);
      const again = await check({ ...world, cacheFolder: folder.path });
      expect([again.exports, again.outcome.counts.failed]).toEqual([1, 3]);
    }
  });

  it("are no more than time: without a place to keep them the outcome is the same", async () => {
    await using folder = await createFolder({ check: "a file in the way" });
    const checked = await check({ ...world, cacheFolder: folder.path });
    expect(checked.outcome.counts).toEqual({ passed: 2, failed: 3, skipped: 0 });
  });
});

describe("a cache that grows too large", () => {
  it("loses what was not used for the longest time, and nothing that is to stay", async () => {
    await using folder = await createFolder({
      a: "x".repeat(100),
      b: "x".repeat(100),
      c: "x".repeat(100),
      key: "k",
    });
    for (const [name, age] of [
      ["a", 3],
      ["b", 1],
      ["c", 2],
      ["key", 9],
    ] as const) {
      const used = new Date(Date.now() - age * 1000);
      await utimes(`${folder.path}/${name}`, used, used);
    }
    await pruneFolder(folder.path, { largest: 250, keep: ["key"] });
    expect((await readdir(folder.path)).sort()).toEqual(["b", "c", "key"]);
    await pruneFolder(`${folder.path}/none`, { largest: 0, keep: [] });
  });
});
