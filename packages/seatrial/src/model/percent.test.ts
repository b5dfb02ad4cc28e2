import { describe, expect, it } from "vitest";
import { formatPercent, percentOf } from "./percent.ts";

describe("a percentage", () => {
  it.each([
    [{ covered: 0, total: 3 }, "0.0 %"],
    [{ covered: 1, total: 3 }, "33.3 %"],
    [{ covered: 3, total: 3 }, "100 %"],
    [{ covered: 999_999, total: 1_000_000 }, "99.9 %"],
    [{ covered: 9995, total: 10_000 }, "99.9 %"],
    [{ covered: 0, total: 0 }, "–"],
    // Go prints 6.2 for a sixteenth, and 18.8 for three.
    [{ covered: 1, total: 16 }, "6.2 %"],
    [{ covered: 3, total: 16 }, "18.8 %"],
  ])("of %j is %s", (count, text) => {
    expect(formatPercent(percentOf(count))).toBe(text);
  });

  it("is never 100 when one of very many is missing", () => {
    const total = 2 ** 50;
    expect(percentOf({ covered: total - 1, total })).toBeLessThan(100);
    expect(formatPercent(percentOf({ covered: total - 1, total }), 3)).toBe("99.999 %");
  });
});
