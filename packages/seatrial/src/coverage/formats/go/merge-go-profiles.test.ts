import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { mergeGoProfiles } from "./merge-go-profiles.ts";
import { readGoProfiles } from "./read-go-profiles.ts";
import { readArguments } from "./run-arguments.ts";
import { ATOMIC, COUNT, type Counters, metaBytes, SET, writeProfiles } from "./testing/profiles.ts";
import { add, hitsOf, main, named, smallProgram } from "./testing/programs.ts";

const signal = new AbortController().signal;
const HERE = { GOOS: "linux", GOARCH: "amd64" };

/** A folder with profiles, and an empty one beside it. */
async function createFolders(mode: number, counters: Counters[]) {
  const folder = await createFolder({});
  const input = path.join(folder.path, "in");
  await mkdir(input);
  const hash = await writeProfiles(input, smallProgram(mode), counters);
  return { ...folder, hash, input, output: path.join(folder.path, "deep/out") };
}

async function hitsIn(...folders: string[]) {
  const { profile, problems } = await readGoProfiles({ folders, signal });
  return { hits: hitsOf(profile), codes: problems.map(({ code }) => code) };
}

async function argumentsIn(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.startsWith("covcounters."));
  expect(names).toHaveLength(1);
  const [name = ""] = names;
  return readArguments(name, await readFile(path.join(folder, name)));
}

describe.each([
  ["plain", false],
  ["combined", true],
])("a %s merge", (_, combine) => {
  it("says what its folders said together", async () => {
    const counters: Counters[] = [
      { segments: [[add(1, 0, 300), named(70_000, 2)]] },
      { segments: [[main(4_294_967_295), add(4, 5, 6)]] },
      { segments: [[main(1)]] },
    ];
    for (const mode of [SET, COUNT, ATOMIC]) {
      await using folders = await createFolders(mode, counters);
      const { input, output } = folders;
      expect(await mergeGoProfiles({ folders: [input], output, combine, signal })).toEqual({
        problems: [],
        files: 3,
      });
      const merged = await hitsIn(output);
      expect(merged).toEqual(await hitsIn(input));
      expect(merged.codes).toEqual([]);
    }
  });

  it("keeps what all processes were started with, and nothing else of it", async () => {
    const one = { ...HERE, argc: "2", argv0: "./app", argv1: "--secret" };
    const other = { ...HERE, argc: "2", argv0: "./app", argv1: "--other" };
    await using same = await createFolders(
      SET,
      [one, one].map((args) => ({ args, segments: [[main(1)]] })),
    );
    await mergeGoProfiles({ folders: [same.input], output: same.output, combine, signal });
    expect(await argumentsIn(same.output)).toEqual({
      argv: ["./app", "--secret"],
      goos: "linux",
      goarch: "amd64",
    });

    await using differing = await createFolders(
      SET,
      [one, other].map((args) => ({ args, segments: [[main(1)]] })),
    );
    await mergeGoProfiles({ folders: [differing.input], output: differing.output, combine, signal });
    expect(await argumentsIn(differing.output)).toEqual({ argv: [], goos: "linux", goarch: "amd64" });
  });

  it("does not hide that a program left no counters", async () => {
    await using folders = await createFolders(SET, []);
    const { input, output } = folders;
    await mergeGoProfiles({ folders: [input], output, combine, signal });
    expect((await hitsIn(output)).codes).toEqual(["COVERAGE_NOT_FLUSHED"]);
  });

  it("of a process's snapshots counts them once", async () => {
    const snapshots = [1, 2].map((hits, time) => ({ pid: 4, time, segments: [[main(hits)]] }));
    await using folders = await createFolders(ATOMIC, snapshots);
    const { input, output } = folders;
    await mergeGoProfiles({ folders: [input], output, combine, signal });
    expect((await hitsIn(output)).hits["example.com/m/main.go"]).toEqual([2]);
  });

  it("leaves broken files out", async () => {
    await using folders = await createFolders(SET, [{ segments: [[main(1)]] }]);
    const { input, output, hash } = folders;
    await writeFile(path.join(input, `covcounters.${hash}.9.9`), "");
    const { problems, files } = await mergeGoProfiles({ folders: [input], output, combine, signal });
    expect(problems).toMatchObject([{ code: "COVERAGE_PROFILE_INVALID" }]);
    expect(files).toBe(1);
    expect((await hitsIn(output)).codes).toEqual([]);
  });

  it("goes to no folder that has profiles, or that cannot be made", async () => {
    await using folders = await createFolders(SET, [{ segments: [[main(1)]] }]);
    const { input } = folders;
    const into = (output: string) => mergeGoProfiles({ folders: [input], output, combine, signal });
    await expect(into(input)).toThrowWithCode("COVERAGE_NOT_WRITTEN");
    await writeFile(path.join(folders.path, "file"), "");
    await expect(into(path.join(folders.path, "file/out"))).toThrowWithCode("COVERAGE_NOT_WRITTEN");
  });
});

describe("several programs", () => {
  const other = { mode: ATOMIC, packages: smallProgram().packages.slice(1) };

  it("stay apart in a plain merge, with their meta data as it was", async () => {
    await using folders = await createFolders(ATOMIC, [{ segments: [[main(1)]] }, { segments: [[main(1)]] }]);
    const { input, output, hash } = folders;
    const otherHash = await writeProfiles(input, other, [
      { pid: 9, segments: [[{ package: 0, function: 0, counters: [5] }]] },
    ]);
    await mergeGoProfiles({ folders: [input], output, signal });
    const names = (await readdir(output)).map((name) => name.replace(/\.0\.\d+$/, ""));
    expect(names.sort()).toEqual(
      [hash, otherHash].flatMap((each) => [`covcounters.${each}`, `covmeta.${each}`]).sort(),
    );
    expect(await readFile(path.join(output, `covmeta.${hash}`))).toEqual(
      metaBytes(smallProgram(ATOMIC)).bytes,
    );
    expect((await hitsIn(output)).hits["example.com/m/main.go"]).toEqual([7]);
  });

  it("are one in a combined merge", async () => {
    await using folders = await createFolders(ATOMIC, [{ segments: [[main(2), add(1, 1, 1)]] }]);
    const { input, output } = folders;
    await writeProfiles(input, other, [{ pid: 9, segments: [[{ package: 0, function: 0, counters: [5] }]] }]);
    await mergeGoProfiles({ folders: [input], output, combine: true, signal });
    expect(await readdir(output)).toHaveLength(2);
    const merged = await hitsIn(output);
    expect(merged).toEqual(await hitsIn(input));
    expect(merged.hits["example.com/m/main.go"]).toEqual([7]);
  });

  it("make nothing when there are none", async () => {
    await using folder = await createFolder({});
    const output = path.join(folder.path, "out");
    await mergeGoProfiles({ folders: [folder.path], output, combine: true, signal });
    expect(await readdir(output)).toEqual([]);
  });
});
