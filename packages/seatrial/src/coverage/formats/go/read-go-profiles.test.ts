import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { readGoProfiles } from "./read-go-profiles.ts";
import {
  ATOMIC,
  COUNT,
  type Counters,
  countersBytes,
  metaBytes,
  SET,
  type Unit,
  writeProfiles,
} from "./testing/profiles.ts";
import { add, hitsOf, main, named, smallProgram } from "./testing/programs.ts";

const LIB = "example.com/m/lib/lib.go";
const MAIN = "example.com/m/main.go";
const signal = new AbortController().signal;

async function readFolders(...folders: string[]) {
  const reading = await readGoProfiles({ folders, signal });
  return { ...reading, hits: hitsOf(reading.profile), codes: reading.problems.map(({ code }) => code) };
}

/** One program's profiles, read. */
async function readProcesses(mode: number, counters: Counters[]) {
  await using folder = await createFolder({});
  await writeProfiles(folder.path, smallProgram(mode), counters);
  return await readFolders(folder.path);
}

describe("counters of one program", () => {
  it("only tell what ran in mode set", async () => {
    const { hits, files, codes } = await readProcesses(SET, [
      { segments: [[add(1, 0, 4_294_967_295)]] },
      { segments: [[add(4_294_967_295, 0, 0), main(1)]] },
    ]);
    expect(hits).toEqual({ [MAIN]: [1], [LIB]: [1, 1, 0, 0, 0] });
    expect(files).toBe(2);
    expect(codes).toEqual([]);
  });

  it("add up in the modes count and atomic", async () => {
    for (const mode of [COUNT, ATOMIC]) {
      const { hits } = await readProcesses(mode, [
        { segments: [[add(1, 0, 300), named(70_000, 2)]] },
        { segments: [[add(4, 5, 6)]] },
      ]);
      expect(hits).toEqual({ [MAIN]: [0], [LIB]: [5, 306, 5, 70_000, 2] });
    }
  });

  it("stay full when they are full", async () => {
    const { hits } = await readProcesses(COUNT, [
      { segments: [[main(4_294_967_290)]] },
      { segments: [[main(10)]] },
      { segments: [[main(4_294_967_295)]] },
    ]);
    expect(hits[MAIN]).toEqual([4_294_967_295]);
  });

  it("are read as LEB128 and as four bytes, of either byte order, in several segments", async () => {
    const segments = [[add(1, 0, 300), main(4_000_000_000)], [], [named(0, 7), add(1, 1, 1)]];
    const flavors: Omit<Counters, "segments">[] = [
      { flavor: 2 },
      { flavor: 1 },
      { flavor: 1, bigEndian: true },
    ];
    for (const flavor of flavors) {
      const { hits, codes } = await readProcesses(COUNT, [
        { ...flavor, args: { argc: "1", argv0: "app" }, segments },
      ]);
      expect(codes).toEqual([]);
      expect(hits).toEqual({ [MAIN]: [4_000_000_000], [LIB]: [2, 301, 1, 0, 7] });
    }
  });

  it("of functions that the meta data has not, or has with other blocks, are left out and told once", async () => {
    const segments = [[add(1, 1), { package: 7, function: 0, counters: [1] }, main(3), named(1, 1, 1)]];
    const { hits, problems } = await readProcesses(COUNT, [{ segments }, { segments }]);
    expect(hits).toEqual({ [MAIN]: [6], [LIB]: [0, 0, 0, 0, 0] });
    expect(problems).toMatchObject([
      { code: "COVERAGE_PROFILE_INVALID", message: expect.stringContaining("6 functions in 2 files") },
    ]);
  });
});

describe("files of one process", () => {
  const snapshots = (...counts: number[]) =>
    counts.map((hits, time) => ({ pid: 7, time, segments: [[add(hits, 0, 1), main(1)]] }));

  it("hold everything since its start: the newest counts alone", async () => {
    const { hits, files } = await readProcesses(ATOMIC, snapshots(1, 2, 3, 3));
    expect(hits).toEqual({ [MAIN]: [1], [LIB]: [3, 1, 0, 0, 0] });
    expect(files).toBe(4);
  });

  it("are put in order by their times, whatever their names' order", async () => {
    const counters = [
      { pid: 7, time: 1_000_000_000_000_000, segments: [[main(9)]] },
      { pid: 7, time: 5, segments: [[main(4)]] },
    ];
    expect((await readProcesses(ATOMIC, counters)).hits[MAIN]).toEqual([9]);
  });

  it("count each when counters were cleared in between", async () => {
    const { hits } = await readProcesses(ATOMIC, snapshots(5, 9, 2, 4));
    expect(hits[LIB]?.[0]).toBe(9 + 4);
  });

  it("are of several processes where programs cannot write them twice, and when a merge wrote them", async () => {
    expect((await readProcesses(COUNT, snapshots(1, 2))).hits[LIB]?.[0]).toBe(3);
    const merged = snapshots(1, 2).map((each) => ({ ...each, pid: 0 }));
    expect((await readProcesses(ATOMIC, merged)).hits[LIB]?.[0]).toBe(3);
  });

  it("are of several processes in several folders", async () => {
    await using one = await createFolder({});
    await using other = await createFolder({});
    for (const folder of [one, other])
      await writeProfiles(folder.path, smallProgram(ATOMIC), [{ pid: 1, segments: [[main(2)]] }]);
    expect((await readFolders(one.path, other.path)).hits[MAIN]).toEqual([4]);
  });
});

describe("meta data and counters", () => {
  it("belong together by their headers when their names say otherwise", async () => {
    await using folder = await createFolder({});
    const { hash, bytes } = metaBytes(smallProgram());
    const counters = countersBytes(hash, { segments: [[main(1)]] });
    await writeFile(path.join(folder.path, "covmeta.someothername"), bytes);
    await writeFile(path.join(folder.path, "covcounters.00000000000000000000000000000000.1.5"), counters);
    const { hits, codes } = await readFolders(folder.path);
    expect(hits[MAIN]).toEqual([1]);
    expect(codes).toEqual([]);
  });

  it("belong together by their headers when a name leads to another program's", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    const elsewhere = {
      name: "run",
      file: "other/run.go",
      units: smallProgram().packages[1]?.functions[0]?.units ?? [],
    };
    const other = { packages: [{ path: "other", functions: [elsewhere] }] };
    const otherHash = await writeProfiles(folder.path, other, [{ segments: [[]] }]);
    const stray = countersBytes(hash, { segments: [[add(1, 1, 0)]] });
    await writeFile(path.join(folder.path, `covcounters.${otherHash}.9.9`), stray);
    const { hits, codes } = await readFolders(folder.path);
    expect(hits).toEqual({ [MAIN]: [1], [LIB]: [1, 0, 1, 0, 0], "other/run.go": [0] });
    expect(codes).toEqual([]);
  });

  it("belong together by their names when no header fits", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), []);
    await rename(path.join(folder.path, `covmeta.${hash}`), path.join(folder.path, "covmeta.tag"));
    const counters = countersBytes("ab".repeat(16), { segments: [[main(1)]] });
    await writeFile(path.join(folder.path, "covcounters.tag.1.1"), counters);
    expect((await readFolders(folder.path)).hits[MAIN]).toEqual([1]);
  });

  it("may lie in different folders", async () => {
    await using one = await createFolder({});
    await using other = await createFolder({});
    const hash = await writeProfiles(one.path, smallProgram(), [{ segments: [[add(1, 1, 1)]] }]);
    const name = `covcounters.${hash}.3.3`;
    await writeFile(path.join(other.path, name), countersBytes(hash, { segments: [[main(1)]] }));
    expect((await readFolders(other.path, one.path)).hits[MAIN]).toEqual([1]);
  });

  it("are told of when counters lack their meta data", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    await rm(path.join(folder.path, `covmeta.${hash}`));
    const { problems, profile, files } = await readFolders(folder.path);
    expect(problems).toMatchObject([
      { code: "COVERAGE_PROFILE_ORPHANED", hint: expect.stringContaining(hash) },
    ]);
    expect({ profile, files }).toEqual({ profile: { files: [] }, files: 0 });
  });

  it("are told of when a program left no counters, in each folder by itself", async () => {
    await using killed = await createFolder({});
    await using ended = await createFolder({});
    await writeProfiles(killed.path, smallProgram(), []);
    await writeProfiles(ended.path, smallProgram(), [{ segments: [[main(1)]] }]);
    const { problems, hits } = await readFolders(killed.path, ended.path);
    expect(problems).toMatchObject([
      { code: "COVERAGE_NOT_FLUSHED", message: expect.stringContaining(killed.path) },
    ]);
    expect(hits).toEqual({ [MAIN]: [1], [LIB]: [0, 0, 0, 0, 0] });
  });

  it("are taken from the first file that is sound", async () => {
    await using broken = await createFolder({});
    await using sound = await createFolder({});
    const hash = await writeProfiles(broken.path, smallProgram(), [{ segments: [[main(1)]] }]);
    await writeProfiles(sound.path, smallProgram(), [{ segments: [[main(1)]] }]);
    const { bytes } = metaBytes(smallProgram());
    await writeFile(path.join(broken.path, `covmeta.${hash}`), bytes.subarray(0, -1));
    const { codes, hits, files } = await readFolders(broken.path, sound.path);
    expect(codes).toEqual(["COVERAGE_PROFILE_INVALID"]);
    expect({ files, hits: hits[MAIN] }).toEqual({ files: 2, hits: [1] });
  });

  it("that cannot be read leave their counters without any", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    await writeFile(
      path.join(folder.path, `covmeta.${hash}`),
      metaBytes(smallProgram()).bytes.subarray(0, 100),
    );
    expect((await readFolders(folder.path)).codes).toEqual([
      "COVERAGE_PROFILE_INVALID",
      "COVERAGE_PROFILE_ORPHANED",
    ]);
  });
});

describe("a file that is broken", () => {
  it("is left out as a whole, and told with its name, place and reason", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(COUNT), [{ segments: [[main(1)]] }]);
    const whole = countersBytes(hash, { segments: [[main(5), add(1, 2, 3)]] });
    const broken = Buffer.from(whole);
    broken.writeUInt8(0xff, whole.length - 17);
    await writeFile(path.join(folder.path, `covcounters.${hash}.8.8`), broken);
    const { hits, problems, files } = await readFolders(folder.path);
    expect(hits).toEqual({ [MAIN]: [1], [LIB]: [0, 0, 0, 0, 0] });
    expect(files).toBe(1);
    expect(problems).toMatchObject([
      {
        code: "COVERAGE_PROFILE_INVALID",
        message: expect.stringMatching(/covcounters\.\w+\.8\.8 is no whole Go profile: .*, at byte \d+$/),
      },
    ]);
  });

  it("is no folder, no file that is still being written, and no list of the go command", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    await mkdir(path.join(folder.path, "covmeta.folder"));
    for (const name of [`tmp.covmeta.${hash}17`, `tmp.covcounters.${hash}.1.1`, "metafiles.txt", "notes"])
      await writeFile(path.join(folder.path, name), "?");
    expect((await readFolders(folder.path)).codes).toEqual([]);
  });

  it("cannot be read at all", async () => {
    await using folder = await createFolder({});
    const hash = await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    await symlink("nowhere", path.join(folder.path, `covcounters.${hash}.2.2`));
    const { codes, hits } = await readFolders(folder.path);
    expect(codes).toEqual(["COVERAGE_PROFILE_UNREADABLE"]);
    expect(hits[MAIN]).toEqual([1]);
  });
});

describe("several programs", () => {
  it("add up where their source is the same, whatever the order of packages and functions", async () => {
    await using one = await createFolder({});
    await using other = await createFolder({});
    const program = smallProgram(COUNT);
    const turned = {
      mode: COUNT,
      packages: program.packages
        .toReversed()
        .map((each) => ({ ...each, functions: each.functions.toReversed() })),
    };
    await writeProfiles(one.path, program, [{ segments: [[add(1, 2, 3), main(4)]] }]);
    const mirrored = [
      { package: 1, function: 1, counters: [10, 20, 30] },
      { package: 0, function: 0, counters: [40] },
    ];
    await writeProfiles(other.path, turned, [{ segments: [mirrored] }]);
    const { hits, files } = await readFolders(one.path, other.path);
    expect(hits).toEqual({ [MAIN]: [44], [LIB]: [11, 33, 22, 0, 0] });
    expect(files).toBe(2);
  });

  it("share the blocks of a function that differs in others", async () => {
    await using folder = await createFolder({});
    const program = smallProgram(COUNT);
    const [lib, cmd] = program.packages;
    if (lib === undefined || cmd === undefined) throw new Error("no packages");
    const [first, ...rest] = lib.functions;
    if (first === undefined) throw new Error("no function");
    const changed = {
      ...first,
      units: [...first.units.slice(0, 2), [4, 12, 6, 9, 1] as (typeof first.units)[0]],
    };
    await writeProfiles(folder.path, program, [{ segments: [[add(1, 1, 1)]] }]);
    await writeProfiles(
      folder.path,
      { mode: COUNT, packages: [{ ...lib, functions: [changed, ...rest] }, cmd] },
      [{ pid: 5, segments: [[add(2, 2, 2)]] }],
    );
    expect((await readFolders(folder.path)).hits[LIB]).toEqual([3, 1, 2, 3, 0, 0]);
  });

  it("of different cover modes are taken together, and told", async () => {
    await using folder = await createFolder({});
    await writeProfiles(folder.path, smallProgram(SET), [{ segments: [[main(1)]] }]);
    await writeProfiles(folder.path, smallProgram(COUNT), [{ segments: [[main(7)]] }]);
    const { hits, codes } = await readFolders(folder.path);
    expect(hits[MAIN]).toEqual([8]);
    expect(codes).toEqual(["COVERAGE_MODES_MIXED"]);
  });

  it("that count functions and not blocks, as those before them do, are left out", async () => {
    await using folder = await createFolder({});
    const [blocks, functions] = ["a", "b"].map((name) => path.join(folder.path, name)) as [string, string];
    for (const each of [blocks, functions]) await mkdir(each);
    await writeProfiles(blocks, smallProgram(), [{ segments: [[main(1)]] }]);
    await writeProfiles(functions, { ...smallProgram(), granularity: 2 }, [{ segments: [[main(1)]] }]);
    const { hits, codes, files } = await readFolders(blocks, functions);
    expect(codes).toEqual(["COVERAGE_PROFILE_INVALID"]);
    expect({ hits: hits[MAIN], files }).toEqual({ hits: [1], files: 1 });
  });
});

describe("reading", () => {
  it("takes files of any size", async () => {
    await using folder = await createFolder({});
    const units = Array.from({ length: 60_000 }, (_, line): Unit => [line + 1, 1, line + 1, 9, 1]);
    const functions = [{ name: "Large", file: "p/large.go", units }];
    const counters = units.map((_, index) => index);
    await writeProfiles(folder.path, { mode: COUNT, packages: [{ path: "p", functions }] }, [
      { segments: [[{ package: 0, function: 0, counters }]] },
    ]);
    expect((await readFolders(folder.path)).hits["p/large.go"]).toEqual(counters);
  });

  it("gives modules, functions and lines", async () => {
    const { modules, profile } = await readProcesses(COUNT, [{ segments: [[add(4, 2, 3), main(1)]] }]);
    expect(modules).toEqual(["example.com/m"]);
    expect(profile.files.map((file) => file.path)).toEqual([MAIN, LIB]);
    const lib = profile.files[1];
    expect(lib?.functions).toEqual([
      { name: "Add", line: 3, hits: 4 },
      { name: "T.Name", line: 10, hits: 0 },
    ]);
    // The line with two blocks on it counts as the one that ran more.
    expect(lib?.lines.slice(0, 5)).toEqual(
      [3, 4, 5, 6, 7].map((line, index) => ({ line, hits: [4, 4, 3, 3, 2][index] })),
    );
    expect(lib?.statements[0]).toEqual({
      startLine: 3,
      startColumn: 24,
      endLine: 4,
      endColumn: 12,
      weight: 1,
      hits: 4,
    });
  });

  it("fails on a folder that is not there", async () => {
    await expect(readFolders("/nowhere/at/all")).toThrowWithCode("COVERAGE_PROFILE_UNREADABLE");
  });

  it("stops when it is told to", async () => {
    await using folder = await createFolder({});
    await writeProfiles(folder.path, smallProgram(), [{ segments: [[main(1)]] }]);
    const aborted = AbortSignal.abort(new Error("stop"));
    await expect(readGoProfiles({ folders: [folder.path], signal: aborted })).rejects.toThrow("stop");
  });
});
