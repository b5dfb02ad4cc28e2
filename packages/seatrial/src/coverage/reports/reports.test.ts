import { describe, expect, it } from "vitest";
import { combine } from "../combine.ts";
import { parseCobertura } from "../formats/cobertura.ts";
import { parseLcov } from "../formats/lcov.ts";
import { file, statement } from "../testing/files.ts";
import { totalsOf } from "../totals.ts";
import { writeJson } from "./json.ts";
import { writeLcov } from "./lcov.ts";
import { writeText } from "./text.ts";

const HOSTILE = "src/<b>\"&'\u202e\u0000\n.ts";
const coverage = combine([
  {
    name: "unit",
    profiles: [
      {
        files: [
          file("src/a.ts", {
            statements: [statement([1, 1], 3, 2), statement([3, 4], 0), statement([6, 6], 0)],
            branches: [
              { line: 3, block: 0, arm: 0, hits: 0 },
              { line: 3, block: 0, arm: 1, hits: 0 },
              { line: 1, block: 1, arm: 0, hits: 3 },
              { line: 1, block: 1, arm: 1, hits: 0 },
            ],
            functions: [
              { name: "f", line: 1, hits: 3 },
              { name: "f", line: 6, hits: 0 },
              { name: "a,\nb", line: 3, hits: 0 },
            ],
          }),
          file(HOSTILE, { lines: [{ line: 1, hits: 0 }] }),
        ],
      },
    ],
  },
  { name: "api", profiles: [{ files: [file("src/a.ts", { statements: [statement([6, 6], 1)] })] }] },
]);
const input = { coverage, judgements: [], root: "/home/me/shop", time: Date.UTC(2026, 0, 2) };

describe("lcov", () => {
  it("has what is known of a file, and a dash where a condition was never reached", () => {
    expect(writeLcov({ coverage }).split("end_of_record\n")[1]).toBe(
      `TN:
SF:src/a.ts
FN:1,f
FN:3,a,��b
FN:6,f:6
FNDA:3,f
FNDA:0,a,��b
FNDA:0,f:6
FNF:3
FNH:1
BRDA:1,1,0,3
BRDA:1,1,1,0
BRDA:3,0,0,-
BRDA:3,0,1,-
BRF:4
BRH:1
DA:1,3
DA:3,0
DA:4,0
DA:6,1
LF:4
LH:2
`.replaceAll("��", "\ufffd"),
    );
  });

  it("is read back with the same figures", () => {
    const read = combine([{ name: "all", profiles: [parseLcov(writeLcov({ coverage }))] }]);
    const { lines, branches, functions } = totalsOf(read.files);
    expect({ lines, branches, functions }).toMatchObject({
      lines: totalsOf(coverage.files).lines,
      branches: totalsOf(coverage.files).branches,
      functions: totalsOf(coverage.files).functions,
    });
  });
});

describe("JSON", () => {
  it("has the whole model with hits by source", () => {
    const report = JSON.parse([...writeJson(input)].join(""));
    expect(report).toMatchObject({
      version: 1,
      time: "2026-01-02T00:00:00.000Z",
      sources: [
        { name: "unit", only: 2 },
        { name: "api", only: 1 },
      ],
      totals: { statements: { covered: 3, total: 4 }, percent: 60 },
    });
    expect(report.files).toHaveLength(2);
    expect(report.files[1].statements).toEqual([
      [1, 1, 1, 80, 2, [3, 0]],
      [3, 1, 4, 80, 1, [0, 0]],
      [6, 1, 6, 80, 1, [0, 1]],
    ]);
    expect(report.files[1].functions[1]).toEqual(["a,\nb", 3, [0, 0]]);
  });

  it("is whole without any file", () => {
    const empty = { ...input, coverage: { sources: [], files: [] } };
    expect(JSON.parse([...writeJson(empty)].join(""))).toMatchObject({ files: [] });
  });
});

describe("text", () => {
  it("has a row for each file, in 100 columns, then sources and rules", () => {
    const text = writeText({
      ...input,
      judgements: [{ rule: "total", subject: "", wanted: 50, found: 60, passed: true }],
    });
    expect(text).toMatchInlineSnapshot(`
      "file              statements  branches  functions   lines    unit     api  not covered
      src/<b>"&'���.ts           –         –          –   0.0 %   0.0 %   0.0 %  1
      src/a.ts              75.0 %    25.0 %     33.3 %  50.0 %  50.0 %  25.0 %  3-4
      all files             75.0 %    25.0 %     33.3 %  40.0 %  40.0 %  20.0 %

      source    covers  statements  only by it
      unit      40.0 %           2           2
      api       20.0 %           1           1
      together  60.0 %           3

      ✔ In total: 60.0 %, 50 % wanted
      "
    `);
  });

  it("cuts long names at their beginning and long lists at their end, and shows it", () => {
    const long = combine([
      {
        name: "unit",
        profiles: [
          {
            files: [
              file(`src/${"long/".repeat(40)}name.ts`, {
                lines: Array.from({ length: 200 }, (_, at) => ({ line: at + 1, hits: at % 2 })),
              }),
            ],
          },
        ],
      },
    ]);
    const lines = writeText({ coverage: long, judgements: [] }).split("\n");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
    expect(lines[1]).toMatch(/^….*long\/name\.ts {2}.*\d+, …?.*…$/);
  });

  it("fits 100 columns with four sources of long names", () => {
    const names = ["integration", "a-source-with-a-long-name", "unit", "end-to-end"];
    const four = combine(
      names.map((name) => ({
        name,
        profiles: [
          {
            files: coverage.files.map((each) => ({
              ...each,
              statements: each.statements.map((s) => ({ ...s, hits: 1 })),
              lines: [],
              branches: each.branches.map((b) => ({ ...b, hits: 0 })),
              functions: each.functions.map((f) => ({ ...f, hits: 0 })),
            })),
          },
        ],
      })),
    );
    const lines = writeText({ coverage: four, judgements: [] }).split("\n");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  it("shows the files that lack most where there are many", () => {
    const text = writeText({ coverage, judgements: [], most: 1 });
    expect(text).toContain("and 1 more file that lack less");
  });

  it("says that there is none, and what went wrong", () => {
    const problems = [
      { code: "X", message: "Killed\u001b[31m before it wrote.", hint: "Wait longer.", subject: "api" },
    ];
    expect(writeText({ coverage: { sources: [], files: [] }, judgements: [], problems })).toBe(
      "no coverage\n\n! api: Killed\ufffd[31m before it wrote.\n  Wait longer.\n",
    );
  });
});

describe("Cobertura that we write", () => {
  it("is read back with the same lines and branches", async () => {
    const { writeCobertura } = await import("./cobertura.ts");
    const read = combine([{ name: "all", profiles: [parseCobertura([...writeCobertura(input)].join(""))] }]);
    const { lines, branches } = totalsOf(read.files);
    expect({ lines, branches }).toEqual({
      lines: totalsOf(coverage.files).lines,
      branches: totalsOf(coverage.files).branches,
    });
  });
});
