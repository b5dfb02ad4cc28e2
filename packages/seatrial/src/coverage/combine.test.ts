import { describe, expect, it } from "vitest";
import { processorTime } from "../support/testing/processor-time.ts";
import { combine } from "./combine.ts";
import { file, profile, statement } from "./testing/files.ts";
import { byAny, bySource, countOf, countOnly, onlyBy, totalsOf } from "./totals.ts";

describe("combine", () => {
  it("keeps apart who reached a statement, and adds up what one source reached several times", () => {
    const coverage = combine([
      { name: "unit", profiles: [profile("a.go", 1, 0, 0), profile("a.go", 2, 0, 0)] },
      { name: "api", profiles: [profile("a.go", 0, 5, 0)] },
    ]);
    expect(coverage.sources).toEqual(["unit", "api"]);
    expect(coverage.files[0]?.statements.map(({ hits }) => hits)).toEqual([
      [3, 0],
      [0, 5],
      [0, 0],
    ]);
    expect(countOnly(coverage)).toEqual([1, 1]);
  });

  it("puts files in the order of their bytes, and statements in that of their places", () => {
    const mixed = file("b.go", {
      statements: [statement([9, 9], 1), statement([2, 3], 0), statement([4, 4], 1)],
    });
    const { files } = combine([
      { name: "unit", profiles: [{ files: [mixed, file("\u{1f600}.go"), file("\uffee.go"), file("B.go")] }] },
    ]);
    expect(files.map(({ path }) => path)).toEqual(["B.go", "b.go", "\uffee.go", "\u{1f600}.go"]);
    expect(files[1]?.statements.map(({ startLine }) => startLine)).toEqual([2, 4, 9]);
  });

  it("adds things that only one of two programs has where they belong", () => {
    const one = {
      files: [
        file("a.ts", {
          functions: [
            { name: "f", line: 1, hits: 1 },
            { name: "h", line: 9, hits: 0 },
          ],
        }),
      ],
    };
    const other = {
      files: [
        file("a.ts", {
          functions: [
            { name: "g", line: 5, hits: 2 },
            { name: "h", line: 9, hits: 1 },
          ],
        }),
      ],
    };
    const [combined] = combine([{ name: "unit", profiles: [one, other] }]).files;
    expect(combined?.functions).toEqual([
      { name: "f", line: 1, hits: [1] },
      { name: "g", line: 5, hits: [2] },
      { name: "h", line: 9, hits: [1] },
    ]);
  });

  it("adds up a thing that one profile names twice, also when nobody knew it before", () => {
    const twice = file("a.go", { statements: [statement([1, 1], 1), statement([1, 1], 2)] });
    const { files } = combine([{ name: "unit", profiles: [{ files: [twice] }, { files: [twice] }] }]);
    expect(files[0]?.statements.map(({ hits }) => hits)).toEqual([[6]]);
  });

  it("keeps full counters full", () => {
    const full = Number.MAX_SAFE_INTEGER;
    const { files } = combine([{ name: "unit", profiles: [profile("a", full), profile("a", full)] }]);
    expect(files[0]?.statements[0]?.hits).toEqual([full]);
  });

  it("does not change what it is given", () => {
    const given = profile("a.go", 1, 0);
    const before = structuredClone(given);
    combine([{ name: "unit", profiles: [given, given] }]);
    expect(given).toEqual(before);
  });

  it("derives lines: the most of a line's statements, none of those that end before it or weigh nothing", () => {
    const go = file("a.go", {
      statements: [
        { startLine: 1, startColumn: 10, endLine: 3, endColumn: 5, weight: 2, hits: 1 },
        { startLine: 3, startColumn: 5, endLine: 5, endColumn: 1, weight: 1, hits: 4 },
        { startLine: 8, startColumn: 1, endLine: 9, endColumn: 2, weight: 0, hits: 9 },
      ],
    });
    const { files } = combine([{ name: "unit", profiles: [{ files: [go] }] }]);
    expect(files[0]?.lines.map(({ line, hits }) => [line, hits[0]])).toEqual([
      [1, 1],
      [2, 1],
      [3, 4],
      [4, 4],
    ]);
  });

  it("derives lines from a statement that claims to be longer than any file by its first line", () => {
    const huge = file("a.go", { statements: [statement([7, 2_000_000_000], 1)] });
    expect(combine([{ name: "unit", profiles: [{ files: [huge] }] }]).files[0]?.lines).toEqual([
      { line: 7, hits: [1] },
    ]);
  });

  it("takes the statements of another source for reached where a source knows only lines", () => {
    const { files } = combine([
      {
        name: "unit",
        profiles: [{ files: [file("a.ts", { statements: [statement([1, 1], 0), statement([3, 5], 0)] })] }],
      },
      {
        name: "api",
        profiles: [
          {
            files: [
              file("a.ts", {
                lines: [
                  { line: 1, hits: 2 },
                  { line: 4, hits: 3 },
                ],
              }),
            ],
          },
        ],
      },
    ]);
    expect(files[0]?.statements.map(({ hits }) => hits)).toEqual([
      [0, 2],
      [0, 3],
    ]);
    expect(files[0]?.lines).toEqual([
      { line: 1, hits: [0, 2] },
      { line: 3, hits: [0, 0] },
      { line: 4, hits: [0, 3] },
      { line: 5, hits: [0, 0] },
    ]);
  });

  it("combines 100,000 statements of five sources within seconds", () => {
    const large = (hit: number) => ({
      files: Array.from(
        { length: 100 },
        (_, at) =>
          profile(`pkg${at}/a.go`, ...Array.from({ length: 1_000 }, (_, i) => (i % 5 === hit ? 1 : 0))).files,
      ).flat(),
    });
    const time = processorTime();
    const coverage = combine(
      Array.from({ length: 5 }, (_, at) => ({ name: `s${at}`, profiles: [large(at), large(at)] })),
    );
    expect(time()).toBeLessThan(30_000);
    expect(countOf(coverage.files)).toEqual({ covered: 100_000, total: 100_000 });
    expect(countOf(coverage.files, onlyBy(2))).toEqual({ covered: 20_000, total: 100_000 });
  }, 60_000);
});

describe("totals", () => {
  it("weigh statements, and count by lines where a file's tool knows no statements", () => {
    const files = [
      file("a.go", { statements: [statement([1, 2], [1, 0], 3), statement([4, 4], [0, 0], 1)] }),
      file("b.py", {
        lines: [
          { line: 1, hits: [0, 1] },
          { line: 2, hits: [0, 0] },
        ],
      }),
    ];
    expect(countOf(files)).toEqual({ covered: 4, total: 6 });
    expect(countOf(files, bySource(1))).toEqual({ covered: 1, total: 6 });
    expect(totalsOf(files)).toMatchObject({
      statements: { covered: 3, total: 4 },
      lines: { covered: 1, total: 2 },
      percent: 400 / 6,
    });
  });

  it("have no percentage where nothing is to be counted", () => {
    expect(totalsOf([file<number[]>("a.go")]).percent).toBeUndefined();
    expect(byAny([])).toBe(false);
  });
});
