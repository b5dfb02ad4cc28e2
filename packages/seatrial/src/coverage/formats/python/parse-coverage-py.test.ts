import { describe, expect, it } from "vitest";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf, sample } from "../testing/figures.ts";
import { parseCoveragePy } from "./parse-coverage-py.ts";

const parse = (file: object) => parseCoveragePy(JSON.stringify({ meta: {}, files: { "app.py": file } }));

describe("parseCoveragePy", () => {
  it("counts what coverage.py's totals count", () => {
    const text = sample("coverage-py-7.17.json");
    const { totals } = JSON.parse(text) as { totals: Record<string, number> };
    const statements = `${totals.covered_lines}/${totals.num_statements}`;
    expect(figuresOf(parseCoveragePy(text))).toEqual({
      statements,
      lines: statements,
      branches: `${totals.covered_branches}/${totals.num_branches}`,
      // What `coverage lcov` counts of the same run.
      functions: "4/7",
    });
  });

  it("makes coverage.py's own percentage of statements and branches together", () => {
    const text = sample("coverage-py-7.17.json");
    const { totals } = JSON.parse(text) as { totals: Record<string, number> };
    const counted = parseCoveragePy(text).files.flatMap((file) => [...file.statements, ...file.branches]);
    const covered = counted.filter(({ hits }) => hits > 0).length;
    expect((100 * covered) / counted.length).toBeCloseTo(totals.percent_covered ?? 0, 10);
  });

  it("takes a line for a statement, and leaves excluded ones out", () => {
    const profile = parse({ executed_lines: [1, 4], missing_lines: [2], excluded_lines: [7] });
    const file = fileOf(profile, "app.py");
    expect(linesOf(file)).toBe("1:1 2:0 4:1");
    expect(file.statements[1]).toEqual({
      startLine: 2,
      startColumn: 1,
      endLine: 3,
      endColumn: 1,
      weight: 1,
      hits: 0,
    });
  });

  it("names a branch by where it goes, so that it is the same in every profile", () => {
    const lines = { executed_lines: [1], missing_lines: [] };
    const one = parse({ ...lines, executed_branches: [[1, 2]], missing_branches: [[1, -1]] });
    const other = parse({ ...lines, executed_branches: [[1, -1]], missing_branches: [[1, 2]] });
    expect(branchesOf(fileOf(one, "app.py"))).toBe("1.0.3:0 1.0.4:1");
    expect(branchesOf(fileOf(other, "app.py"))).toBe("1.0.3:1 1.0.4:0");
  });

  it("places functions at their beginning, or at their first line where nothing says more", () => {
    const part = (executed: number[], missing: number[], more = {}) => ({
      executed_lines: executed,
      missing_lines: missing,
      ...more,
    });
    const profile = parse({
      ...part([1, 2], [4, 5]),
      functions: {
        "": part([1], []),
        "Cart.add": part([2], []),
        "Cart.__proto__": part([], [4, 5], { start_line: 3 }),
        excluded: part([], []),
      },
    });
    expect(functionsOf(fileOf(profile, "app.py"))).toBe("Cart.add@2:1 Cart.__proto__@3:0");
  });

  it("knows files without statements, and files of strange names", () => {
    const empty = { executed_lines: [], missing_lines: [] };
    const text = `{"files": {"__proto__": ${JSON.stringify(empty)}, "a\\\\b.py": ${JSON.stringify(empty)}}}`;
    expect(parseCoveragePy(text).files.map(({ path }) => path)).toEqual(["__proto__", "a/b.py"]);
  });

  it.each([
    ["is cut off", '{"files": {"app.py": {"executed_lines": [1,'],
    ["is another format", '{"data": []}'],
    ["has no lines", '{"files": {"app.py": {"summary": {}}}}'],
    ["has a line that is none", '{"files": {"app.py": {"executed_lines": ["1"], "missing_lines": []}}}'],
    [
      "has a line that no file has",
      '{"files": {"app.py": {"executed_lines": [1e300], "missing_lines": []}}}',
    ],
    [
      "has a branch that is none",
      '{"files": {"app.py": {"executed_lines": [], "missing_lines": [], "executed_branches": [7]}}}',
    ],
    ["is no object", "null"],
  ])("refuses a report that %s", async (_, text) => {
    await expect(() => parseCoveragePy(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });

  it("names the place that it stopped at", () => {
    const text = '{"files": {"app.py": {"executed_lines": [1, true], "missing_lines": []}}}';
    expect(() => parseCoveragePy(text)).toThrow('broken at files."app.py".executed_lines[1]');
  });
});
