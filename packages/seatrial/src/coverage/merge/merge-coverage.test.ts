import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { countersBytes, metaBytes } from "../formats/go/testing/profiles.ts";
import { add, main, smallProgram } from "../formats/go/testing/programs.ts";
import { sample } from "../formats/testing/figures.ts";
import type { Input } from "../inputs/inputs.ts";
import { reportCoverage } from "../report-coverage.ts";
import { BRANCHING_SCRIPT, branchingProfile } from "../testing/branching-script.ts";
import { lcov, writeUnit } from "../testing/units.ts";
import { keepExport } from "../units/unit-exports.ts";
import { mergeCoverage } from "./merge-coverage.ts";

const { signal } = new AbortController();
/** What a report says of inputs, without where they lie. */
async function report(root: string, inputs: readonly Input[]) {
  const { outcome, pieces } = await reportCoverage({
    inputs,
    force: false,
    formats: [],
    rules: { files: {}, sources: {}, expected: [] },
    include: [],
    exclude: [],
    paths: {},
    root,
    env: { PATH: process.env["PATH"] },
    time: 0,
    signal,
  });
  const { totals, percent, sources, problems } = outcome;
  return {
    totals,
    percent,
    // How many files of Go's counters there are is what a merge makes less.
    sources: sources.map(({ name, totals: own, percent: covered, only, problems: told }) => ({
      name,
      totals: own,
      percent: covered,
      only,
      problems: told.map(({ code }) => code),
    })),
    problems,
    files: JSON.parse([...pieces("json")].join("")),
    lcov: [...pieces("lcov")].join(""),
  };
}

async function merge(
  inputs: readonly Input[],
  into: string,
  more: { force?: boolean; combine?: boolean } = {},
) {
  return await mergeCoverage({ inputs, into, combine: false, force: false, time: 0, ...more, signal });
}

function goUnit(pid: number, ...counters: number[]): Record<string, Buffer> {
  const { hash, bytes } = metaBytes(smallProgram());
  const segments = [[add(...counters), main(1)]];
  return {
    [`go/covmeta.${hash}`]: bytes,
    [`go/covcounters.${hash}.${pid}.1`]: countersBytes(hash, { segments }),
  };
}

const node = (n: boolean) => ({
  "node/coverage-1-1-0.json": branchingProfile(n),
  "sources/app/src/f.js": BRANCHING_SCRIPT,
});
const goText = "mode: set\nexample.com/m/lib/lib.go:3.24,4.12 1 1\nexample.com/m/more.go:1.1,3.2 2 1\n";

describe("what is merged", () => {
  it.each<[string, (units: string) => Promise<unknown>]>([
    [
      "Go's profiles",
      async (units) => {
        await writeUnit(`${units}/1`, "api", goUnit(1, 1, 0, 0));
        await writeUnit(`${units}/2`, "api", goUnit(2, 1, 1, 0));
      },
    ],
    [
      "profiles of Node, of one source and of several",
      async (units) => {
        await writeUnit(`${units}/1`, "api", node(true));
        await writeUnit(`${units}/2`, "api", node(false));
        await writeUnit(units, "unit", node(false));
      },
    ],
    [
      "profiles of LLVM and what its tool made of them",
      async (units) => {
        const files = (name: string) => ({ "llvm/1.profraw": "raw", "exports/llvm.json": sample(name) });
        await writeUnit(`${units}/1`, "api", files("rust-llvm-19.json"), { workingDir: "/src" });
        await writeUnit(`${units}/2`, "api", files("cpp-llvm-19.json"));
        await writeUnit(units, "unit", files("macros-llvm-22.json"));
      },
    ],
    [
      "Python's, also where units ran in several folders",
      async (units) => {
        const files = {
          "python/.coverage": "SQLite",
          "exports/python.json": sample("coverage-py-7.17.json"),
        };
        await writeUnit(`${units}/1`, "api", files, { workingDir: "/app" });
        await writeUnit(`${units}/2`, "api", files, { workingDir: "/elsewhere" });
      },
    ],
    [
      "Java's",
      async (units) => {
        await writeUnit(units, "api", {
          "java/1.exec": "x",
          "exports/java.xml": sample("jacoco-0.8.13.xml"),
        });
      },
    ],
    [
      "reports of all formats",
      async (units) => {
        const names = ["lcov-2.0.info", "c8-12.info", "gcovr-8.xml", "c8-12.xml", "rust-llvm-19.json"];
        const files = names.map((name) => [`reports/app/${name}`, sample(name)] as const);
        await writeUnit(units, "api", { ...Object.fromEntries(files), "reports/cover.out": goText });
      },
    ],
    [
      "all of that, in one unit and in others",
      async (units) => {
        const mixed = { ...goUnit(1, 1, 0, 0), ...node(true), "reports/a.info": lcov("src/f.js", 1, 0, 2) };
        await writeUnit(`${units}/1`, "api", mixed);
        await writeUnit(`${units}/2`, "api", {
          ...goUnit(2, 0, 1, 1),
          "exports/llvm.json": sample("rust-llvm-19.json"),
        });
        await writeUnit(units, "unit", node(false));
      },
    ],
    [
      "units that say what is missing",
      async (units) => {
        const problem = { code: "COVERAGE_NOT_FLUSHED", message: "killed" };
        await writeUnit(`${units}/1`, "api", {}, { problems: [problem] });
        await writeUnit(`${units}/2`, "api", node(true), { endedAt: undefined });
        await writeUnit(units, "python", { "python/.coverage": "SQLite" });
      },
    ],
  ])("of %s is in a report what the units were", async (_, write) => {
    await using project = await createFolder({ "src/f.js": BRANCHING_SCRIPT });
    await using folder = await createFolder({});
    const at = (name: string) => path.join(folder.path, name);
    await write(at("units"));
    const before = await report(project.path, [{ path: at("units") }]);
    const told = before.sources.flatMap(({ problems }) => problems);
    expect(before.files.files.length + told.length).toBeGreaterThan(0);
    await merge([{ path: at("units") }], at("merged"));
    expect(await report(project.path, [{ path: at("merged") }])).toEqual(before);
    // A second time, too, and as one program.
    await merge([{ path: at("merged") }], at("again"), { combine: true });
    expect(await report(project.path, [{ path: at("again") }])).toEqual(before);
  });

  it("of reports and folders that are in no unit is in a report what they were", async () => {
    await using folder = await createFolder({
      "a/cover.info": lcov("src/f.js", 1, 0),
      "b/cover.info": lcov("src/f.js", 0, 3),
      "go.out": goText,
      "llvm.json": sample("rust-llvm-19.json"),
    });
    const inputs = ["a/cover.info", "b/cover.info", "go.out", "llvm.json"].map((name) => ({
      path: path.join(folder.path, name),
      source: "unit",
    }));
    const before = await report(folder.path, inputs);
    const into = path.join(folder.path, "merged");
    const { sources } = await merge(inputs, into);
    expect(sources).toEqual([{ name: "unit", folder: path.join(into, "unit/merged"), files: 4 }]);
    expect(await report(folder.path, [{ path: into }])).toEqual(before);
  });

  it("has what tools made of profiles later, which lies beside the unit", async () => {
    await using folder = await createFolder({});
    const units = path.join(folder.path, "units");
    const unit = await writeUnit(units, "api", { "llvm/1.profraw": "raw" });
    const { files } = JSON.parse(await readFile(path.join(unit, "manifest.json"), "utf8"));
    const problem = { code: "COVERAGE_TOOL_FAILED", message: "one binary is unknown" };
    await keepExport({ folder: unit, files }, "llvm", {
      text: sample("rust-llvm-19.json"),
      problems: [problem],
    });
    const before = await report(folder.path, [{ path: units }]);
    expect(before).toMatchObject({ sources: [{ problems: ["COVERAGE_TOOL_FAILED"] }] });
    await merge([{ path: units }], path.join(folder.path, "merged"));
    expect(await report(folder.path, [{ path: path.join(folder.path, "merged") }])).toEqual(before);
  });

  it("of several runs and commits, by force, is of none", async () => {
    await using folder = await createFolder({ "src/f.js": BRANCHING_SCRIPT });
    const units = path.join(folder.path, "units");
    await writeUnit(`${units}/1`, "api", node(true), { run: "r1", commit: "1".repeat(40) });
    await writeUnit(`${units}/2`, "api", node(true), { run: "r2", commit: "2".repeat(40) });
    const into = path.join(folder.path, "merged");
    await merge([{ path: units }], into, { force: true });
    expect((await readdir(`${into}/api/merged`)).sort()).toEqual(["1", "2"]);
    for (const boot of ["1", "2"]) {
      const manifest = JSON.parse(await readFile(`${into}/api/merged/${boot}/manifest.json`, "utf8"));
      expect(manifest).toMatchObject({
        run: "merged",
        service: "api",
        instance: "merged",
        boot,
        source: "api",
      });
      expect(manifest.commit).toBeUndefined();
    }
  });

  it("is not put where something is already", async () => {
    await using folder = await createFolder({
      "merged/api/merged/7/node/x": "",
      "src/f.js": BRANCHING_SCRIPT,
    });
    await writeUnit(`${folder.path}/units`, "api", node(true));
    await expect(merge([{ path: `${folder.path}/units` }], `${folder.path}/merged`)).toThrowWithCode(
      "COVERAGE_NOT_WRITTEN",
    );
    expect(await readdir(`${folder.path}/merged/api/merged`)).toEqual(["7"]);
  });
});
