import { describe, expect, it } from "vitest";
import { parseLcov } from "./lcov.ts";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf, sample } from "./testing/figures.ts";

const parse = (...lines: string[]) => parseLcov([...lines, "end_of_record", ""].join("\n"));

/** What a tool's own totals say: of all its files, `covered/total`. */
function totalsOf(text: string, kind: string): string {
  const sum = (record: string) =>
    [...text.matchAll(new RegExp(`^${record}:(\\d+)$`, "gm"))].reduce(
      (all, [, count]) => all + Number(count),
      0,
    );
  return `${sum(`${kind}H`)}/${sum(`${kind}F`)}`;
}

describe("parseLcov", () => {
  it.each(["lcov-2.0.info", "c8-12.info", "coverage-py-7.17.info"])(
    "counts what the totals of %s count",
    (name) => {
      const text = sample(name);
      expect(figuresOf(parseLcov(text))).toEqual({
        statements: "0/0",
        lines: totalsOf(text, "L"),
        branches: totalsOf(text, "BR"),
        functions: totalsOf(text, "FN"),
      });
    },
  );

  it("adds up the sections of several tests", () => {
    const section = (test: string, hits: number) => [
      `TN:${test}`,
      "SF:/app/a.c",
      `DA:1,${hits}`,
      "BRDA:1,0,0,1",
    ];
    const profile = parse(...section("unit", 2), "end_of_record", ...section("api", 3));
    expect(linesOf(fileOf(profile, "a.c"))).toBe("1:5");
    expect(branchesOf(fileOf(profile, "a.c"))).toBe("1.0.0:2");
  });

  it("reads checksums, counts below zero and above 2^53, and leaves out line 0", () => {
    const profile = parse(
      "SF:a.c",
      "DA:1,2,fd3s=,",
      "DA:2,-3",
      "DA:3,99999999999999999999",
      "DA:0,1",
      "DA:4,1e3",
    );
    expect(linesOf(fileOf(profile, "a.c"))).toBe(`1:2 2:0 3:${Number.MAX_SAFE_INTEGER} 4:1000`);
  });

  it("tells branches that never ran from those that were not taken, exceptions and expressions as any other", () => {
    const profile = parse(
      "SF:a.c",
      "BRDA:1,0,0,-",
      "BRDA:1,0,1,0",
      "BRDA:2,e1,0,4",
      "BRDA:3,0,f(a, b) == 1,7",
      "BRDA:3,0,else,0",
    );
    expect(branchesOf(fileOf(profile, "a.c"))).toBe("1.0.0:0 1.0.1:0 2.1.0:4 3.0.0:7 3.0.1:0");
  });

  it("reads functions of the older form, with and without an end, and with commas in names", () => {
    const profile = parse(
      "SF:a.cpp",
      "FN:3,map<int, int>::at",
      "FN:9,12,g",
      "FNDA:5,map<int, int>::at",
      "FNDA:0,g",
      "FNDA:1,of nobody",
    );
    expect(functionsOf(fileOf(profile, "a.cpp"))).toBe("map<int, int>::at@3:5 g@9:0");
  });

  it("gives the second count of a name to the second function of that name", () => {
    const profile = parse(
      "SF:a.js",
      "FN:1,constructor",
      "FN:9,constructor",
      "FNDA:0,constructor",
      "FNDA:4,constructor",
    );
    expect(functionsOf(fileOf(profile, "a.js"))).toBe("constructor@1:0 constructor@9:4");
  });

  it("keeps functions of one name and one line apart", () => {
    const profile = parse("SF:a.js", "FN:1,f", "FN:1,f", "FNDA:0,f", "FNDA:4,f");
    expect(functionsOf(fileOf(profile, "a.js"))).toBe("f@1:0 f (2)@1:4");
  });

  it("takes all names of lcov 2.2's form for one function", () => {
    const profile = parse("SF:a.cpp", "FNL:0,7,9", "FNA:0,2,f<int>", "FNA:0,3,f<long, int>");
    expect(functionsOf(fileOf(profile, "a.cpp"))).toBe("f<int>@7:5");
  });

  it("reads line ends and paths of Windows", () => {
    const profile = parseLcov("SF:C:\\src\\a.c\r\nDA:1,1\r\nend_of_record\r\n");
    expect(profile.files.map(({ path }) => path)).toEqual(["C:/src/a.c"]);
  });

  it("has no file for an empty report", () => {
    expect(parseLcov("\uFEFF\n# nothing ran\n")).toEqual({ files: [] });
  });

  it.each([
    ["is cut off", "SF:a.c\nDA:1,1\n"],
    ["is another format", '{"files": {}}'],
    ["has a line without number", "SF:a.c\nDA:one,1\nend_of_record"],
    ["has a count that is none", "SF:a.c\nDA:1,many\nend_of_record"],
    ["has a line that no file has", "SF:a.c\nDA:999999999,1\nend_of_record"],
    ["has a branch without fields", "SF:a.c\nBRDA:1,0\nend_of_record"],
    ["has a function without a name", "SF:a.c\nFN:1\nend_of_record"],
    ["has a file without a name", "SF:\nend_of_record"],
    ["counts a function that it has not", "SF:a.c\nFNA:3,1,f\nend_of_record"],
    ["begins a file inside another", "SF:a.c\nSF:b.c\nend_of_record"],
  ])("refuses a report that %s", async (_, text) => {
    await expect(() => parseLcov(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });

  it("names the line that it stopped at", () => {
    expect(() => parseLcov("SF:a.c\nDA:1,x\n")).toThrow(
      'The lcov report is broken at line 2: no count in "DA:1,x"',
    );
  });
});
