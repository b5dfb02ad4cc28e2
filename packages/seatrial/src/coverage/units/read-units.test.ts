import { appendFile, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { metaBytes } from "../formats/go/testing/profiles.ts";
import { smallProgram } from "../formats/go/testing/programs.ts";
import { READERS } from "../formats/readers.ts";
import { lcov, writeUnit } from "../testing/units.ts";
import { readUnits } from "./read-units.ts";
import type { Readers } from "./readers.ts";

const { signal } = new AbortController();
const COMMIT = { one: "1".repeat(40), two: "2".repeat(40) };

async function read(folder: string, more: { force?: boolean; readers?: Partial<Readers> } = {}) {
  const { force = false, readers = {} } = more;
  return await readUnits({ folders: [{ folder }], readers: { ...READERS, ...readers }, force, signal });
}

/** A reader of Go that tells which files it was shown. */
function tellingGo(seen: string[][]): Partial<Readers> {
  return {
    go: async ({ folders }) => {
      for (const folder of folders) seen.push((await readdir(folder)).sort());
      return { profile: { files: [] }, modules: [], problems: [], files: 1 };
    },
  };
}

describe("readUnits", () => {
  it("groups units by their source: the one they name, or their service, an app's being its suite", async () => {
    await using folder = await createFolder({});
    const report = { "reports/lcov.info": lcov("a.py", 1) };
    await writeUnit(folder.path, "api", report);
    await writeUnit(folder.path, "api.app", report);
    await writeUnit(folder.path, "orders", report, { source: "end-to-end" });
    const { sources, units } = await read(folder.path);
    expect(sources.map(({ name, count }) => [name, count])).toEqual([
      ["api", 2],
      ["end-to-end", 1],
    ]);
    expect(units).toBe(3);
  });

  it("finds units at any depth, each once, and none where there is nothing", async () => {
    await using folder = await createFolder({});
    await writeUnit(`${folder.path}/run/r1`, "api", { "reports/lcov.info": lcov("a.py", 1) });
    const folders = [folder.path, `${folder.path}/run`, `${folder.path}/away`].map((each) => ({
      folder: each,
    }));
    const { units } = await readUnits({ folders, readers: READERS, signal });
    expect(units).toBe(1);
  });

  it("leaves out a file that is not the one of the manifest, and reads the rest", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", {
      "reports/a.info": lcov("a.py", 1),
      "reports/b.info": lcov("b.py", 1),
      "reports/c.info": lcov("c.py", 1),
    });
    await writeFile(path.join(unit, "reports/a.info"), lcov("a.py", 0));
    await rm(path.join(unit, "reports/b.info"));
    const [source] = (await read(folder.path)).sources;
    expect(source?.profiles.flatMap(({ profile }) => profile.files.map((file) => file.path))).toEqual([
      "c.py",
    ]);
    expect(source?.problems.map(({ code, subject }) => [code, subject])).toEqual([
      ["COVERAGE_FILE_DIFFERS", "api"],
      ["COVERAGE_FILE_DIFFERS", "api"],
    ]);
  });

  it("follows no link out of a unit", async () => {
    await using folder = await createFolder({ "secret.info": lcov("secret.py", 1) });
    const unit = await writeUnit(folder.path, "api", { "reports/a.info": lcov("secret.py", 1) });
    await rm(path.join(unit, "reports/a.info"));
    await symlink(path.join(folder.path, "secret.info"), path.join(unit, "reports/a.info"));
    const [source] = (await read(folder.path)).sources;
    expect(source?.profiles).toEqual([]);
    expect(source?.problems[0]?.code).toBe("COVERAGE_FILE_DIFFERS");
  });

  it("shows a reader of whole folders only what the manifest names and is sound", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", {
      "go/covmeta.a": "meta",
      "go/covcounters.a.1.1": "one",
      "go/covcounters.a.1.2": "two",
    });
    const seen: string[][] = [];
    await read(folder.path, { readers: tellingGo(seen) });
    await appendFile(path.join(unit, "go/covcounters.a.1.2"), "cut off");
    await writeFile(path.join(unit, "go/covcounters.a.1.3"), "not in the manifest yet");
    await read(folder.path, { readers: tellingGo(seen) });
    expect(seen).toEqual([
      ["covcounters.a.1.1", "covcounters.a.1.2", "covmeta.a"],
      ["covcounters.a.1.1", "covmeta.a"],
    ]);
  });

  it("says of a unit without a manifest that it is not complete, and whose it is", async () => {
    await using folder = await createFolder({ "run/r1/orders.app/pod/1/go/covmeta.a": "meta" });
    const [source] = (await read(folder.path)).sources;
    expect(source).toMatchObject({ name: "orders", count: 0, profiles: [] });
    expect(source?.problems).toMatchObject([{ code: "COVERAGE_UNIT_INCOMPLETE", subject: "orders" }]);
  });

  it("says of a manifest that cannot be used why", async () => {
    await using folder = await createFolder({ "orders/pod/1/manifest.json": '{"version":7}' });
    const [source] = (await read(folder.path)).sources;
    expect(source?.problems[0]?.message).toContain("version 7");
  });

  it("passes on what the collector saw, also of a unit that has no profile", async () => {
    await using folder = await createFolder({});
    const problem = { code: "COVERAGE_NOT_FLUSHED", message: "killed", hint: "handle SIGTERM" };
    await writeUnit(folder.path, "api", {}, { problems: [problem] });
    const [source] = (await read(folder.path)).sources;
    expect(source).toMatchObject({ count: 0, problems: [{ ...problem, subject: "api" }] });
  });

  it("tells a program without counters once, and in the words of who saw its end where somebody did", async () => {
    await using folder = await createFolder({});
    const problem = { code: "COVERAGE_NOT_FLUSHED", message: "killed", hint: "handle SIGTERM" };
    const { hash, bytes } = metaBytes(smallProgram());
    const files = { [`go/covmeta.${hash}`]: bytes };
    await writeUnit(`${folder.path}/told`, "api", files, { problems: [problem] });
    await writeUnit(`${folder.path}/untold`, "api", files);
    const [source] = (await read(folder.path)).sources;
    expect(source?.count).toBe(0);
    expect(source?.problems.map(({ code, message }) => [code, message])).toEqual([
      ["COVERAGE_NOT_FLUSHED", "killed"],
      ["COVERAGE_NOT_FLUSHED", expect.stringContaining(`${folder.path}/untold/api/1/1/go/covmeta.`)],
    ]);
  });

  it("says of a unit without an end that more may be missing, once", async () => {
    await using folder = await createFolder({});
    const report = { "reports/lcov.info": lcov("a.py", 1) };
    await writeUnit(folder.path, "api", report, { endedAt: undefined });
    const { sources } = await read(folder.path);
    expect(sources).toMatchObject([{ count: 1, problems: [{ code: "COVERAGE_UNIT_UNENDED" }] }]);
    await using merged = await createFolder({});
    const problems = sources[0]?.problems ?? [];
    await writeUnit(merged.path, "api", report, { endedAt: undefined, problems });
    expect((await read(merged.path)).sources[0]?.problems).toEqual(problems);
  });

  it("refuses units of several commits, and mixes them when forced", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "a", {}, { commit: COMMIT.one });
    await writeUnit(folder.path, "b", {}, { commit: COMMIT.two });
    await writeUnit(folder.path, "c", {});
    await expect(read(folder.path)).rejects.toThrow(/2 commits: 111111111111 \(a\), 222222222222 \(b\)/);
    await expect(read(folder.path)).toThrowWithCode("COVERAGE_COMMITS_DIFFER");
    const forced = await read(folder.path, { force: true });
    expect(forced.problems.map(({ code }) => code)).toEqual([
      "COVERAGE_COMMITS_DIFFER",
      "COVERAGE_COMMIT_UNKNOWN",
    ]);
    expect(forced.problems[1]?.message).toContain("1 of 3 units names no commit (c)");
  });

  it("takes a shortened commit for the whole one", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "a", {}, { commit: COMMIT.one });
    await writeUnit(folder.path, "b", {}, { commit: COMMIT.one.slice(0, 12) });
    expect((await read(folder.path)).problems).toEqual([]);
  });

  it("says that profiles need an export, unless the collector said so", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "py", { "python/.coverage.1": "SQLite" });
    await writeUnit(
      folder.path,
      "rs",
      { "llvm/1.profraw": "raw" },
      { problems: [{ code: "COVERAGE_TOOL_MISSING", message: "no llvm-cov" }] },
    );
    const { sources } = await read(folder.path);
    expect(sources.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
      ["COVERAGE_EXPORT_MISSING"],
      ["COVERAGE_TOOL_MISSING"],
    ]);
  });

  it("goes on after a report that nobody understands, and says which", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", {
      "reports/a.txt": "hello",
      "reports/b.info": lcov("b.py", 1),
      "exports/python.json": "{}",
    });
    const [source] = (await read(folder.path)).sources;
    expect(source?.profiles).toHaveLength(1);
    expect(source?.problems.map(({ code }) => code).sort()).toEqual([
      "COVERAGE_INPUT_INVALID",
      "COVERAGE_PROFILE_INVALID",
    ]);
  });

  it("lets a bug of a reader be one", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", { "go/covmeta.a": "meta" });
    const go = () => Promise.reject(new TypeError("a bug"));
    await expect(read(folder.path, { readers: { go } })).rejects.toThrow("a bug");
  });

  it("stops when nobody waits for it", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", { "reports/lcov.info": lcov("a.py", 1) });
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(
      readUnits({ folders: [{ folder: folder.path }], readers: READERS, signal: stopped }),
    ).rejects.toThrow("stopped");
  });

  it("changes nothing in the units", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", { "reports/lcov.info": lcov("a.py", 1) });
    const before = await readFile(path.join(unit, "manifest.json"), "utf8");
    await read(folder.path);
    expect((await readdir(unit)).sort()).toEqual(["manifest.json", "reports"]);
    expect(await readFile(path.join(unit, "manifest.json"), "utf8")).toBe(before);
  });
});
