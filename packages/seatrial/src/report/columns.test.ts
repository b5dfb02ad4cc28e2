import { describe, expect, it } from "vitest";
import { columnsOf, cutColumns, padColumns, shortenColumns } from "./columns.ts";

const FAMILY = "👨‍👩‍👧";

describe("columns of a terminal", () => {
  it("are two for characters of Asia and emoji, one for others, none for escape sequences", () => {
    expect(["db", "数据库", FAMILY, "é", "\u001b[2mdb\u001b[22m"].map(columnsOf)).toEqual([2, 6, 2, 1, 2]);
  });

  it("are what a text is filled up to", () => {
    expect(["db", "数据", FAMILY, "longer"].map((text) => padColumns(text, 4))).toEqual([
      "db  ",
      "数据",
      `${FAMILY}  `,
      "longer",
    ]);
  });

  it("are what a text is cut at, never within a character", () => {
    expect(cutColumns("数据库", 5)).toBe("数据");
    expect(cutColumns(`a${FAMILY}${FAMILY}b`, 3)).toBe(`a${FAMILY}`);
    expect(cutColumns("plain", 5)).toBe("plain");
    expect(cutColumns("\u001b[2m数据\u001b[22m x", 3)).toBe("\u001b[2m数\u001b[22m");
  });

  it("are what a name is shortened to in its middle", () => {
    expect(shortenColumns("integration-tests-1", 12)).toBe("integr…sts-1");
    expect(shortenColumns("数据库的集成测试之一", 12)).toBe("数据库…之一");
    expect(shortenColumns("数据", 4)).toBe("数据");
  });
});
