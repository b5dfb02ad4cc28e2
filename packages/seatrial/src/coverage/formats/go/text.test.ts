import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { goPercents } from "./go-percents.ts";
import { functionsText, percentText } from "./percents.ts";
import { COUNT, type PackageSpec, type Unit, writeProfiles } from "./testing/profiles.ts";
import { add, main, smallProgram } from "./testing/programs.ts";
import { writeGoText } from "./write-go-text.ts";

const signal = new AbortController().signal;
const LIB = "example.com/m/lib/lib.go";

describe("the text of a folder", () => {
  it("has packages by path and blocks by place, those that never ran too", async () => {
    await using folder = await createFolder({});
    await writeProfiles(folder.path, smallProgram(COUNT), [{ segments: [[main(3), add(1, 70_000, 0)]] }]);
    const output = path.join(folder.path, "a/b/coverage.txt");
    expect(await writeGoText({ folders: [folder.path], output, signal })).toEqual({ problems: [], files: 1 });
    expect((await readFile(output, "utf8")).split("\n")).toEqual([
      "mode: count",
      "example.com/m/main.go:5.13,9.2 3 3",
      `${LIB}:3.24,4.12 1 1`,
      `${LIB}:4.12,6.3 1 0`,
      `${LIB}:7.2,7.10 2 70000`,
      `${LIB}:10.20,11.9 1 0`,
      `${LIB}:11.9,13.3 200 0`,
      "",
    ]);
    expect(await readdir(path.dirname(output))).toEqual(["coverage.txt"]);
  });

  it("orders names by their bytes", async () => {
    await using folder = await createFolder({});
    const units: Unit[] = [[1, 1, 2, 2, 1]];
    // U+FF5E is below U+1F600, whose first half in UTF-16 is not.
    const files = ["p/\u{1f600}.go", "p/\uff5e.go", "p/b.go", "p/B.go", "p/b.go.go"];
    const functions = files.map((file) => ({ name: "F", file, units }));
    await writeProfiles(folder.path, { packages: [{ path: "p", functions }] }, []);
    const output = path.join(folder.path, "out");
    await writeGoText({ folders: [folder.path], output, signal });
    const lines = (await readFile(output, "utf8")).split("\n").slice(1, -1);
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "p/B.go",
      "p/b.go",
      "p/b.go.go",
      "p/\uff5e.go",
      "p/\u{1f600}.go",
    ]);
  });

  it("is empty without meta data", async () => {
    await using folder = await createFolder({});
    const output = path.join(folder.path, "out");
    await writeGoText({ folders: [folder.path], output, signal });
    expect(await readFile(output, "utf8")).toBe("");
  });

  it("is written as a whole or not at all", async () => {
    await using folder = await createFolder({ file: "" });
    const output = path.join(folder.path, "file/out");
    await expect(writeGoText({ folders: [folder.path], output, signal })).toThrowWithCode(
      "COVERAGE_NOT_WRITTEN",
    );
  });
});

/** One package of one function for each pair: statements that ran, and statements that did not. */
async function percentsOf(...counts: [number, number][]) {
  await using folder = await createFolder({});
  const packages = counts.map(([ran, idle], index): PackageSpec => {
    const units: Unit[] = [[1, 1, 2, 2, ran]];
    if (idle > 0) units.push([2, 2, 3, 3, idle]);
    return { path: `p${index}`, functions: [{ name: "F", file: `p${index}/f.go`, units }] };
  });
  const ran = counts.map(([, idle], index) => ({
    package: index,
    function: 0,
    counters: idle > 0 ? [1, 0] : [1],
  }));
  await writeProfiles(folder.path, { packages }, [{ segments: [ran] }]);
  return await goPercents({ folders: [folder.path], signal });
}

describe("the figures of a folder", () => {
  it("are of statements: in all, of each package and of each function", async () => {
    await using folder = await createFolder({});
    await writeProfiles(folder.path, smallProgram(COUNT), [{ segments: [[main(3), add(1, 2, 0)]] }]);
    expect(await goPercents({ folders: [folder.path], signal })).toEqual({
      total: { covered: 6, total: 208 },
      packages: [
        { path: "example.com/m", covered: 3, total: 3 },
        { path: "example.com/m/lib", covered: 3, total: 205 },
      ],
      functions: [
        { name: "main", file: "example.com/m/main.go", line: 5, covered: 3, total: 3 },
        { name: "Add", file: LIB, line: 3, covered: 3, total: 4 },
        { name: "T.Name", file: LIB, line: 10, covered: 0, total: 201 },
      ],
      problems: [],
      files: 1,
    });
  });

  it("are rounded as Go rounds, ties to the even digit", async () => {
    const percents = await percentsOf([49, 351], [51, 349], [1, 7], [1, 2], [2, 0]);
    expect(percentText(percents)).toBe(
      ["12.2", "12.8", "12.5", "33.3", "100.0"]
        .map((percent, index) => `\tp${index}\t\tcoverage: ${percent}% of statements\n`)
        .join(""),
    );
  });

  it("leave the line of a package without statements open, as Go does", async () => {
    expect(percentText(await percentsOf([0, 0], [1, 0]))).toBe(
      "\tp0\t\t\tp1\t\tcoverage: 100.0% of statements\n",
    );
  });

  it("have functions in columns of tabs", async () => {
    await using folder = await createFolder({});
    const units: Unit[] = [[1, 1, 2, 2, 1]];
    const functions = [
      { name: "Short", file: "p/a.go", units },
      { name: "ALongNameOfAFunction", file: "p/b.go", units },
      { name: "func.L1.C1", file: "p/c.go", units, literal: true },
    ];
    await writeProfiles(folder.path, { packages: [{ path: "p", functions }] }, []);
    const percents = await goPercents({ folders: [folder.path], signal });
    expect(functionsText(percents)).toBe(
      "p/a.go:1:\tShort\t\t\t0.0%\np/b.go:1:\tALongNameOfAFunction\t0.0%\ntotal\t\t(statements)\t\t0.0%\n",
    );
    expect(percents.total).toEqual({ covered: 0, total: 3 });
  });

  it("are none without meta data", async () => {
    await using folder = await createFolder({});
    await writeFile(path.join(folder.path, "other"), "");
    expect(await goPercents({ folders: [folder.path], signal })).toMatchObject({ packages: [], files: 0 });
  });
});
