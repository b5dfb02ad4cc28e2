import { describe, expect, it } from "vitest";
import { combine } from "../combine.ts";
import { parseGoText } from "./go-text.ts";

const block = (lines: [number, number], file = "m/a.go") => `${file}:${lines[0]}.1,${lines[1]}.9 1 1\n`;
/** Blocks far from each other, each of so many lines. */
const blocks = (count: number, lines: number, file?: string) =>
  Array.from({ length: count }, (_, at) => block([1 + at * 1_000_000, at * 1_000_000 + lines], file)).join(
    "",
  );

describe("parseGoText", () => {
  it("reads several texts in one, and files with a table of very many lines", () => {
    const text = `mode: set\n${block([1, 3])}mode: set\n${block([1, 200_000], "m/table.go")}`;
    const { files } = combine([{ name: "unit", profiles: [parseGoText(text)] }]);
    expect(files.map(({ path, lines }) => [path, lines.length])).toEqual([
      ["m/a.go", 3],
      ["m/table.go", 200_000],
    ]);
  });

  it("refuses blocks that make more lines than a text of their number can have, with the line", async () => {
    await expect(async () => parseGoText(`mode: set\n${blocks(90, 190_000)}`)).toThrowWithCode(
      "COVERAGE_PROFILE_INVALID",
    );
    expect(() => parseGoText(`mode: set\n${blocks(90, 190_000)}`)).toThrow(
      /^Line 3 .* 380000 lines of 2 blocks/,
    );
  });

  it("makes no more lines of many such texts than all of them can have", () => {
    // Each alone is sound; of one file, and of many files.
    const profiles = Array.from({ length: 80 }, (_, at) =>
      parseGoText(`mode: set\n${block([1 + at * 1_000_000, at * 1_000_000 + 199_000])}`),
    );
    const others = Array.from({ length: 80 }, (_, at) =>
      parseGoText(`mode: set\n${blocks(1, 199_000, `m/${at}.go`)}`),
    );
    const { files } = combine([{ name: "unit", profiles: [...profiles, ...others] }]);
    const lines = files.reduce((sum, file) => sum + file.lines.length, 0);
    expect(lines).toBeLessThan(2 ** 19);
    expect(files).toHaveLength(81);
    expect(files.every((file) => file.lines.length > 0)).toBe(true);
  });
});
