import { describe, expect, it } from "vitest";
import type { SpaceSummary } from "../../model/index.ts";
import type { LiveSpace } from "./live-spaces.ts";
import { formatSpaces } from "./space-list.ts";

const NOW = Date.parse("2030-01-01T12:00:00Z");

function live(changes: Partial<SpaceSummary>): LiveSpace {
  const space: SpaceSummary = {
    id: "4f1c09ab",
    space: "postgres",
    service: "postgres",
    kind: "postgres",
    name: "st_1_1",
    state: "ready",
    createdAt: "2030-01-01T11:00:00Z",
    ...changes,
  };
  return { space, of: { entry: { run: "r1" } } as LiveSpace["of"] };
}

describe("the table of spaces", () => {
  it("says whose each is, its state, its age and its size", () => {
    const holder = { run: "r2", suite: "integration", test: "TestPay/vat", attempt: 1 };
    const kept = live({
      state: "kept",
      reason: "failed",
      holder,
      leasedAt: "2030-01-01T11:57:00Z",
      bytes: 7_800_000,
    });
    expect(formatSpaces([kept], NOW)).toEqual([
      "ID        SPACE     NAME    SUITE        TEST         RUN  STATE          AGE  SIZE",
      "4f1c09ab  postgres  st_1_1  integration  TestPay/vat  r2   kept (failed)  3 m  7.8 MB",
    ]);
  });

  it("counts those that wait, and shows those that nobody can have", () => {
    const lines = formatSpaces([live({}), live({}), live({ state: "quarantined", reason: "no disk" })], NOW);
    expect(lines[1]).toContain("quarantined (no disk)");
    expect(lines.at(-1)).toBe("2 more wait to be given out");
    expect(formatSpaces([live({})], NOW)).toEqual(["1 more waits to be given out"]);
    expect(formatSpaces([], NOW)).toEqual(["no spaces"]);
  });

  it("keeps any name of a test on its line", () => {
    const holder = {
      run: "r2",
      suite: "s",
      test: `a\nb\u001b[31m\u202e\u2028${"x".repeat(300)}`,
      attempt: 1,
    };
    const lines = formatSpaces([live({ state: "leased", holder })], NOW);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("a b [31m xxx");
    expect(lines[1]?.length).toBeLessThan(200);
  });
});
