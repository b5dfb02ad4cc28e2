import { describe, expect, it } from "vitest";
import { parseLcov } from "../lcov.ts";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf, sample } from "../testing/figures.ts";
import { parseLlvmExport } from "./parse-llvm-export.ts";

const NAMES = ["cpp-llvm-19", "macros-llvm-22", "rust-llvm-19"];

interface Count {
  count: number;
  covered: number;
}

const code = (line: number, from: number, to: number, hits: number, file = 0, kind = 0) => [
  line,
  from,
  line,
  to,
  hits,
  file,
  0,
  kind,
];
const parse = (data: object) => parseLlvmExport(JSON.stringify({ data: [{ functions: [], ...data }] }));
const shop = (segments: unknown[], more = {}) => ({ filename: "/app/shop.rs", segments, ...more });
const instance = (name: string, count: number, regions: unknown[], more = {}) => ({
  name,
  count,
  regions,
  branches: [],
  filenames: ["/app/shop.rs"],
  ...more,
});

describe("parseLlvmExport", () => {
  it.each(NAMES)("counts what llvm-cov's totals of %s count", (name) => {
    const text = sample(`${name}.json`);
    const { totals } = (JSON.parse(text) as { data: { totals: Record<string, Count> }[] }).data[0] ?? {
      totals: {},
    };
    const figure = (key: string) => `${totals[key]?.covered}/${totals[key]?.count}`;
    const figures = figuresOf(parseLlvmExport(text));
    expect({ ...figures, lines: "" }).toEqual({
      statements: figure("regions"),
      lines: "",
      branches: figure("branches"),
      functions: figure("functions"),
    });
  });

  it.each(NAMES)("has the lines of llvm-cov's own lcov report of %s, with their counts", (name) => {
    const ours = parseLlvmExport(sample(`${name}.json`));
    const theirs = parseLcov(sample(`${name}.info`));
    expect(ours.files.map((file) => [file.path, linesOf(file)]).sort()).toEqual(
      theirs.files.map((file) => [file.path, linesOf(file)]).sort(),
    );
  });

  it("counts a line by what reaches into it and what begins on it, gaps only by the former", () => {
    const profile = parse({
      files: [
        shop([
          [1, 1, 5, true, true, false],
          [3, 9, 0, true, true, true],
          [4, 1, 7, true, true, false],
          [4, 20, 5, true, false, false],
          [6, 2, 0, false, false, false],
        ]),
      ],
    });
    expect(linesOf(fileOf(profile, "shop.rs"))).toBe("1:5 2:5 3:5 4:7 5:5 6:5");
  });

  it("leaves out lines that the preprocessor skips", () => {
    const profile = parse({
      files: [
        shop([
          [1, 1, 5, true, true, false],
          [2, 1, 0, false, true, false],
          [4, 1, 5, true, false, false],
          [4, 9, 0, false, false, false],
        ]),
      ],
    });
    expect(linesOf(fileOf(profile, "shop.rs"))).toBe("1:5");
  });

  it("takes instantiations for one function, with the statements of the one that reached most", () => {
    const functions = [
      instance("_RNv4shop3maxl", 2, [code(1, 1, 9, 2), code(2, 1, 9, 0), code(3, 1, 9, 0)]),
      instance("_RNv4shop3maxs", 3, [code(1, 1, 9, 3), code(2, 1, 9, 3), code(3, 1, 9, 0)]),
    ];
    const file = fileOf(parse({ files: [shop([])], functions }), "shop.rs");
    expect(functionsOf(file)).toBe("_RNv4shop3maxl@1:5");
    expect(file.statements.map(({ startLine, hits }) => `${startLine}:${hits}`)).toEqual([
      "1:3",
      "2:3",
      "3:0",
    ]);
  });

  it("places what a macro brings where it is used, each with a column of its own", () => {
    const regions = [
      code(1, 1, 30, 1),
      [1, 5, 1, 8, 1, 0, 1, 1],
      code(9, 1, 4, 1, 1),
      [9, 6, 9, 9, 1, 1, 2, 1],
      code(20, 1, 4, 0, 2),
      code(9, 1, 4, 0, 1),
    ];
    const filenames = ["/app/shop.rs", "/app/macros.h", "/app/more.h"];
    const functions = [instance("f", 1, regions, { filenames, branches: [[9, 1, 9, 4, 1, 0, 1, 0, 4]] })];
    const file = fileOf(parse({ files: [shop([])], functions }), "shop.rs");
    const places = file.statements.map(
      (one) => `${one.startLine}.${one.startColumn}-${one.endColumn}:${one.hits}`,
    );
    expect(places).toEqual(["1.1-30:1", "1.5-8:1", "1.6-8:0", "1.7-8:0"]);
    expect(branchesOf(file)).toBe("1.5.0:1 1.5.1:0");
  });

  it("leaves out the sides of constant conditions, as many as LLVM does not count", () => {
    const branches = [
      [2, 10, 2, 15, 3, 0, 0, 0, 4],
      [3, 10, 3, 11, 3, 0, 0, 0, 4],
    ];
    const functions = [instance("f", 1, [code(1, 1, 30, 1)], { branches })];
    const summary = { branches: { count: 3, covered: 2 } };
    const file = fileOf(parse({ files: [shop([], { summary })], functions }), "shop.rs");
    expect(branchesOf(file)).toBe("2.10.0:3 2.10.1:0 3.10.0:3");
  });

  it("has only lines where functions were skipped, and no functions of files that were", () => {
    const data = { data: [{ files: [shop([[1, 1, 5, true, true, false]])] }] };
    expect(figuresOf(parseLlvmExport(JSON.stringify(data))).lines).toBe("1/1");
    expect(parse({ files: [], functions: [instance("f", 1, [code(1, 1, 2, 1)])] })).toEqual({ files: [] });
  });

  it.each([
    ["is cut off", '{"data": [{"files": ['],
    ["is another format", '{"files": {}}'],
    ["was made with --summary-only", '{"data": [{"files": [{"filename": "a.c", "summary": {}}]}]}'],
    [
      "has segments out of order",
      JSON.stringify({
        data: [
          {
            files: [
              shop([
                [5, 1, 1],
                [2, 1, 1],
              ]),
            ],
          },
        ],
      }),
    ],
    [
      "covers more lines than fit",
      JSON.stringify({
        data: [
          {
            files: [
              shop([
                [1, 1, 5, true, true],
                [9_999_999, 1, 0, false],
              ]),
            ],
          },
        ],
      }),
    ],
    [
      "has a region that is none",
      JSON.stringify({ data: [{ files: [], functions: [instance("f", 1, [[1, 2]])] }] }),
    ],
  ])("refuses a report that %s", async (_, text) => {
    await expect(() => parseLlvmExport(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });
});
