import { execFile } from "node:child_process";
import { truncate } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { processorTime } from "../../../support/testing/processor-time.ts";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf } from "../testing/figures.ts";
import { readV8Profiles, type V8Folder } from "./read-v8-profiles.ts";

const { signal } = new AbortController();
const SCRIPT = "function f(n) {\n  if (n) {\n    return 1;\n  }\n  return 2;\n}\nf(1);\n";
/** `f(n)` as V8 reports it when `n` was true. */
const FUNCTIONS = [
  { functionName: "", isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: 64, count: 1 }] },
  {
    functionName: "f",
    isBlockCoverage: true,
    ranges: [
      { startOffset: 0, endOffset: 57, count: 1 },
      { startOffset: 43, endOffset: 56, count: 0 },
    ],
  },
];
const script = (url: string, functions: unknown = FUNCTIONS) => ({ scriptId: "1", url, functions });
const profile = (...result: unknown[]) => JSON.stringify({ result, timestamp: 1 });
const read = (...folders: V8Folder[]) => readV8Profiles({ folders, signal });

describe("readV8Profiles", () => {
  it("adds up the processes of one script, and leaves out packages and what is no file", async () => {
    await using folder = await createFolder({
      "node/coverage-1.json": profile(
        script("file:///app/f.js"),
        script("node:internal/fs"),
        script("file:///app/node_modules/a/f.js"),
        script("file:///seatrial-coverage/.hooks/node.cjs"),
        script("evalmachine.<anonymous>"),
        script("data:text/javascript,1"),
      ),
      "node/coverage-2.json": profile(script("file:///app/f.js?again")),
      "node/notes.txt": "not a profile",
      "sources/app/f.js": SCRIPT,
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.problems).toEqual([]);
    expect(found.profile.files.map((file) => file.path)).toEqual(["/app/f.js"]);
    const file = fileOf(found.profile, "f.js");
    expect(linesOf(file)).toBe("1:2 2:2 3:2 4:2 5:0 6:2 7:2");
    expect(functionsOf(file)).toBe("f@1:2");
    expect(branchesOf(file)).toBe("1.1.0:2 1.10000001.0:2 4.3.0:0");
  });

  it("follows the source map that Node kept, and does not need the script then", async () => {
    const map = {
      version: 3,
      sources: ["file:///app/src/f.ts"],
      sourcesContent: [SCRIPT],
      names: [],
      mappings: "AAAA;AACA;AACA;AACA;AACA;AACA;AACA",
    };
    const lineLengths = SCRIPT.trimEnd()
      .split("\n")
      .map((line) => line.length);
    await using folder = await createFolder({
      "node/coverage-1.json": JSON.stringify({
        result: [script("file:///app/dist/f.js")],
        "source-map-cache": { "file:///app/dist/f.js": { lineLengths, data: map, url: null } },
      }),
    });
    const found = await read({ profiles: `${folder.path}/node` });
    expect(found.problems).toEqual([]);
    expect(found.profile.files.map((file) => [file.path, linesOf(file)])).toEqual([
      ["/app/src/f.ts", "1:1 2:1 3:1 4:0 5:0 6:1 7:1"],
    ]);
  });

  it.each([
    [
      "beside the script",
      (map: string) => ({ comment: "f.js.map", files: { "sources/app/dist/f.js.map": map } }),
    ],
    [
      "inside the script",
      (map: string) => ({
        comment: `data:application/json;charset=utf-8;base64,${Buffer.from(map).toString("base64")}`,
        files: {},
      }),
    ],
    [
      "inside the script as text",
      (map: string) => ({ comment: `data:application/json,${encodeURIComponent(map)}`, files: {} }),
    ],
  ])("follows a source map %s to sources of the image", async (_, place) => {
    const map = {
      version: 3,
      sources: ["../src/f.ts"],
      names: [],
      mappings: "AAAA;AACA;AACA;AACA;AACA;AACA;AACA",
    };
    const { comment, files } = place(JSON.stringify(map));
    await using folder = await createFolder({
      "node/coverage-1.json": profile(script("file:///app/dist/f.js")),
      "sources/app/dist/f.js": `${SCRIPT}//# sourceMappingURL=${comment}\n`,
      "sources/app/src/f.ts": SCRIPT,
      ...files,
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.problems).toEqual([]);
    expect(found.profile.files.map((file) => file.path)).toEqual(["/app/src/f.ts"]);
  });

  it("reads a script without text", async () => {
    const ranges = [{ startOffset: 0, endOffset: 0, count: 1 }];
    await using folder = await createFolder({
      "node/1.json": profile(script("file:///f.js", [{ functionName: "", isBlockCoverage: true, ranges }])),
      "sources/f.js": "",
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.problems).toEqual([]);
    expect(linesOf(fileOf(found.profile, "f.js"))).toBe("1:1");
  });

  it("names a script whose text is missing, and never reads this machine's file of that name", async () => {
    await using folder = await createFolder({ "f.js": SCRIPT });
    const own = path.join(folder.path, "f.js");
    await using profiles = await createFolder({ "coverage-1.json": profile(script(`file://${own}`)) });
    const found = await read({ profiles: profiles.path });
    expect(found.profile.files).toEqual([]);
    expect(found.problems).toMatchObject([
      { code: "COVERAGE_SCRIPT_MISSING", message: expect.stringContaining(own) as string },
    ]);
  });

  it("finds a script where its folder is mapped to", async () => {
    await using folder = await createFolder({
      "node/coverage-1.json": profile(script("file:///app/f.js")),
      "project/f.js": SCRIPT,
    });
    const found = await readV8Profiles({
      folders: [{ profiles: `${folder.path}/node` }],
      hostFile: (file) => file.replace("/app", `${folder.path}/project`),
      signal,
    });
    expect(figuresOf(found.profile).lines).toBe("6/7");
  });

  it("counts a script as it ran where its source map is missing, and says so", async () => {
    await using folder = await createFolder({
      "node/coverage-1.json": profile(script("file:///app/f.js")),
      "sources/app/f.js": `${SCRIPT}//# sourceMappingURL=f.js.map\n`,
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.profile.files.map((file) => file.path)).toEqual(["/app/f.js"]);
    expect(found.problems.map(({ code }) => code)).toEqual(["COVERAGE_SOURCE_MAP_INVALID"]);
  });

  it("names the source that a script was made from when its text is nowhere", async () => {
    const map = { version: 3, sources: ["f.ts"], names: [], mappings: "AAAA" };
    await using folder = await createFolder({
      "node/coverage-1.json": profile(script("file:///app/f.js")),
      "sources/app/f.js": `${SCRIPT}//# sourceMappingURL=f.js.map\n`,
      "sources/app/f.js.map": JSON.stringify(map),
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.profile.files).toEqual([]);
    expect(found.problems.map(({ message }) => message.slice(0, 24))).toEqual(["The text of /app/f.ts, w"]);
  });

  it("keeps scripts of one name and other texts apart until they are lines", async () => {
    const other = `\n\n${SCRIPT}`;
    const shifted = FUNCTIONS.map((one) => ({
      ...one,
      ranges: one.ranges.map((range) => ({
        ...range,
        startOffset: range.startOffset + 2,
        endOffset: range.endOffset + 2,
      })),
    }));
    await using folder = await createFolder({
      "a/node/1.json": profile(script("file:///app/f.js")),
      "a/sources/app/f.js": SCRIPT,
      "b/node/1.json": profile(script("file:///app/f.js", shifted)),
      "b/sources/app/f.js": other,
    });
    const unit = (name: string) => ({
      profiles: `${folder.path}/${name}/node`,
      sources: `${folder.path}/${name}/sources`,
    });
    const found = await read(unit("a"), unit("b"));
    expect(fileOf(found.profile, "f.js").lines).toHaveLength(9);
  });

  it("skips a broken file with its name, and reads the others", async () => {
    await using folder = await createFolder({
      "node/1.json": profile(script("file:///app/f.js")).slice(0, -40),
      "node/2.json": profile(script("file:///app/f.js")),
      "sources/app/f.js": SCRIPT,
    });
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(found.problems).toMatchObject([
      { code: "COVERAGE_PROFILE_INVALID", subject: path.join(folder.path, "node/1.json") },
    ]);
    expect(figuresOf(found.profile).lines).toBe("6/7");
  });

  it("reads what this Node writes", async () => {
    await using folder = await createFolder({
      "main.cjs": `${SCRIPT}require("./more.cjs");\n`,
      "more.cjs": "exports.a = 1;\n",
    });
    const node = path.join(folder.path, "node");
    await promisify(execFile)(process.execPath, ["main.cjs"], {
      cwd: folder.path,
      env: { ...process.env, NODE_V8_COVERAGE: node, NODE_OPTIONS: "" },
    });
    const found = await readV8Profiles({ folders: [{ profiles: node }], hostFile: (file) => file, signal });
    expect(found.problems).toEqual([]);
    expect(linesOf(fileOf(found.profile, "main.cjs"))).toBe("1:1 2:1 3:1 4:1 5:0 6:1 7:1 8:1");
    expect(linesOf(fileOf(found.profile, "more.cjs"))).toBe("1:1");
  });

  it("fails where the folder is missing, and stops when it is told to", async () => {
    await expect(read({ profiles: "/nowhere/node" })).toThrowWithCode("COVERAGE_PROFILE_UNREADABLE");
    await using folder = await createFolder({ "1.json": profile() });
    const options = { folders: [{ profiles: folder.path }], signal: AbortSignal.abort(new Error("stop")) };
    await expect(readV8Profiles(options)).rejects.toThrow("stop");
  });

  it.each([
    ["a range before its beginning", [{ startOffset: 9, endOffset: 3, count: 1 }]],
    ["a range beyond any file", [{ startOffset: 0, endOffset: 1e12, count: 1 }]],
    ["a range without a count", [{ startOffset: 0, endOffset: 3 }]],
    ["no ranges", []],
  ])("refuses %s", async (_, ranges) => {
    const functions = [{ functionName: "f", isBlockCoverage: true, ranges }];
    await using folder = await createFolder({ "1.json": profile(script("file:///app/f.js", functions)) });
    const found = await read({ profiles: folder.path });
    expect(found.problems.map(({ code }) => code)).toEqual(["COVERAGE_PROFILE_INVALID"]);
  });

  describe("whose line lengths make more text than", () => {
    const NAMES = Array.from({ length: 100 }, (_, at) => `file:///app/${at}.js`);
    const cacheOf = (names: readonly string[], length: number, data: unknown) =>
      Object.fromEntries(names.map((name) => [name, { lineLengths: [length], data }]));
    const withCache = (names: readonly string[], cache: object) =>
      JSON.stringify({ result: names.map((name) => script(name)), "source-map-cache": cache });
    const map = { version: 3, sources: [], names: [], mappings: "" };
    const sound = withCache(["file:///app/own.js"], cacheOf(["file:///app/own.js"], 64, map));

    it("their profile can tell of are refused, without making it, and the others are read", async () => {
      await using folder = await createFolder({
        "1.json": withCache(NAMES, cacheOf(NAMES, 67_000_000, map)),
        "2.json": withCache(NAMES.slice(0, 1), cacheOf(NAMES.slice(0, 1), 1e12, map)),
        "3.json": sound,
      });
      const before = process.memoryUsage().rss;
      const found = await read({ profiles: folder.path });
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
      expect(found.problems.map(({ code, subject, message }) => [code, subject, message])).toEqual([
        ["COVERAGE_PROFILE_INVALID", `${folder.path}/1.json`, expect.stringContaining("6390 MiB") as string],
        [
          "COVERAGE_PROFILE_INVALID",
          `${folder.path}/2.json`,
          expect.stringContaining("953674 MiB") as string,
        ],
      ]);
      expect(found.profile.files.map((file) => file.path)).toEqual(["/app/own.js"]);
    });

    it("all profiles together can tell of are refused", async () => {
      const large = (name: string) => withCache([name], cacheOf([name], 9_000_000, map));
      await using folder = await createFolder({
        "a/1.json": large("file:///app/a.js"),
        "b/1.json": large("file:///app/b.js"),
      });
      const places = ["a", "b"].map((name) => ({ profiles: path.join(folder.path, name) }));
      const found = await read(...places);
      expect(found.profile.files.map((file) => file.path)).toEqual(["/app/a.js"]);
      expect(found.problems).toMatchObject([{ subject: path.join(folder.path, "b/1.json") }]);
    });

    it("they need count for nothing where no map is about them", async () => {
      await using folder = await createFolder({
        "1.json": withCache(NAMES, cacheOf(NAMES, 67_000_000, null)),
        "2.json": sound,
      });
      const { problems } = await read({ profiles: folder.path });
      expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["COVERAGE_SCRIPT_MISSING"]));
    });
  });

  it("looks for a script once, however often profiles name it", async () => {
    const text = `${SCRIPT}//${".".repeat(4 * 2 ** 20)}`;
    const names = Array.from({ length: 2000 }, () => script("file:///app/f.js"));
    await using folder = await createFolder({
      "node/1.json": profile(...names),
      "node/2.json": profile(...names),
      "sources/app/f.js": text,
    });
    const time = processorTime();
    const found = await read({ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` });
    expect(time()).toBeLessThan(5000);
    expect(linesOf(fileOf(found.profile, "f.js"))).toMatch(/^1:4000 /);
  });

  it("says of a profile of more than a text can hold that it is too large", async () => {
    await using folder = await createFolder({ "1.json": "", "2.json": profile() });
    await truncate(path.join(folder.path, "1.json"), 600 * 2 ** 20);
    const found = await read({ profiles: folder.path });
    expect(found.files).toBe(1);
    expect(found.problems).toMatchObject([
      { code: "COVERAGE_PROFILE_UNREADABLE", message: expect.stringContaining("over 511 MiB") as string },
    ]);
  });
});
