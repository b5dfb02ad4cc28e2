import { describe, expect, it } from "vitest";
import type { CoverageRules } from "../../model/index.ts";
import type { ChangedLines } from "../changes/parse-diff.ts";
import { combine } from "../combine.ts";
import { profile } from "../testing/files.ts";
import type { Told } from "./arrival.ts";
import { judge } from "./judge.ts";
import { lacking } from "./lacking.ts";

const NONE: CoverageRules = { files: {}, sources: {}, expected: [] };
const coverage = combine([
  { name: "unit", profiles: [profile("internal/a.go", 1, 1, 0, 0), profile("cmd/main.go", 0, 0)] },
  { name: "api", profiles: [profile("internal/a.go", 0, 1, 1, 0), profile("cmd/main.go", 1, 0)] },
]);

function judged(
  rules: Partial<CoverageRules>,
  more: { arrived?: string[]; told?: Record<string, Told>; changes?: ChangedLines } = {},
) {
  const arrived = new Set(more.arrived ?? ["unit", "api"]);
  const told = new Map(Object.entries(more.told ?? {}));
  return judge({ coverage, rules: { ...NONE, ...rules }, arrived, told, changes: more.changes });
}

const KILLED = {
  code: "COVERAGE_NOT_FLUSHED",
  message: "web was killed before it wrote a profile",
  hint: "Let it end.",
};

describe("a minimum", () => {
  it.each([
    [66, true],
    [66.6, true],
    [66.7, false],
  ])("of %d %% of four sixths in total: %s", (total, passed) => {
    expect(judged({ total })).toMatchObject([{ rule: "total", subject: "", wanted: total, passed }]);
  });

  it("that is missed says by how much, and what is not covered", () => {
    const [{ problem } = {}] = judged({ total: 70 });
    expect(problem?.code).toBe("COVERAGE_TOO_LOW");
    expect(problem?.message).toBe(
      "In total: 66.7 % of 6 statements covered, 70 % wanted: 1 more needed. Not covered: cmd/main.go:2; internal/a.go:4.",
    );
  });

  it("for files is about all that fit together", () => {
    const judgements = judged({ files: { "internal/**": 75, "cmd/**": 51 } });
    expect(judgements.map(({ subject, found, passed }) => [subject, found, passed])).toEqual([
      ["internal/**", 75, true],
      ["cmd/**", 50, false],
    ]);
  });

  it("for a source is about what it reaches by itself, and asks that it arrived", () => {
    const judgements = judged({ sources: { unit: 50 } });
    expect(judgements).toMatchObject([
      { rule: "arrived", subject: "unit", passed: true },
      { rule: "source", subject: "unit", passed: false, found: 100 / 3 },
    ]);
    expect(judgements[1]?.problem?.message).toContain("Not covered: cmd/main.go:1-2; internal/a.go:3-4.");
  });

  it("of changed lines counts no others", () => {
    const changes = new Map([
      ["internal/a.go", new Set([1, 4, 99])],
      ["README.md", new Set([1])],
    ]);
    const judgements = judged({ changed: 80, base: "origin/main" }, { changes });
    expect(judgements).toMatchObject([{ rule: "changed", subject: "origin/main", found: 50, passed: false }]);
    expect(judgements[0]?.problem?.message).toContain("50.0 % of 2 changed lines covered, 80 % wanted");
    expect(judgements[0]?.problem?.message).toContain("Not covered: internal/a.go:4.");
  });
});

describe("nothing to count", () => {
  it("is said, and passes, where no file fits, nothing changed, or there is no base", () => {
    const judgements = [
      ...judged({ files: { "web/**": 90 } }),
      ...judged({ changed: 90, base: "main" }, { changes: new Map() }),
      ...judged({ changed: 90 }),
    ];
    expect(judgements.map(({ passed, found, problem }) => [passed, found, problem?.code])).toEqual(
      Array.from({ length: 3 }, () => [true, undefined, "COVERAGE_NOTHING_TO_COUNT"]),
    );
    expect(judgements[2]?.problem?.message).toContain("no base to compare with");
  });

  it("fails what is asked of all code, and of a source", () => {
    const empty = combine([{ name: "unit", profiles: [{ files: [] }] }]);
    const rules = { ...NONE, total: 0, sources: { unit: 10 } };
    const judgements = judge({ coverage: empty, rules, arrived: new Set(["unit"]), told: new Map() });
    expect(judgements).toMatchObject([
      { rule: "arrived", passed: true },
      { rule: "total", passed: false, problem: { code: "COVERAGE_NOTHING_TO_COUNT" } },
      { rule: "source", passed: false, problem: { code: "COVERAGE_NOTHING_TO_COUNT" } },
    ]);
    expect(judgements[1]?.problem?.message).toBe(
      "In total: nothing to count, no profile names code that counts.",
    );
    expect(judgements[1]?.problem?.hint).toContain("-coverpkg");
  });

  it("fails a minimum where no source left anything", () => {
    expect(judged({ total: 0 }, { arrived: [] })).toMatchObject([
      { rule: "total", passed: false, problem: { code: "COVERAGE_SOURCE_MISSING" } },
    ]);
  });
});

describe("a source that was expected", () => {
  it("and did not arrive is a failure of its own, and no 0 %", () => {
    const judgements = judged({ expected: ["unit", "e2e"], sources: { e2e: 10 } });
    expect(judgements.map(({ rule, subject, passed, found }) => [rule, subject, passed, found])).toEqual([
      ["arrived", "unit", true, undefined],
      ["arrived", "e2e", false, undefined],
    ]);
    expect(judgements[1]?.problem?.message).toContain("those that did: api, unit");
  });

  it("has not arrived when its units had no profile", () => {
    expect(judged({ expected: ["api"] }, { arrived: ["unit"] })).toMatchObject([{ passed: false }]);
  });
});

describe("a source that nobody named, and that should have left profiles", () => {
  const told = { unit: { problems: [], silent: [] }, web: { problems: [KILLED], silent: [] } };

  it.each<[string, Partial<CoverageRules>]>([
    ["a minimum in total", { total: 50 }],
    ["a minimum of files", { files: { "cmd/**": 10 } }],
    ["changed lines", { changed: 0 }],
  ])("is missed where there is %s: the rest alone says nothing", (_what, rules) => {
    const [first, second] = judged(rules, { told, changes: new Map() });
    expect(first).toMatchObject({ rule: "arrived", subject: "web", passed: false });
    expect(first?.problem?.message).toContain("those that did: api, unit. web was killed before");
    expect(first?.problem?.hint).toMatch(
      /^Let it end\. .* coverage\.sources: the others may leave nothing\.$/,
    );
    expect(second?.passed).toBe(true);
  });

  it("is not missed where nothing is judged, or where it is said whose coverage must arrive", () => {
    expect(judged({}, { told })).toEqual([]);
    expect(judged({ total: 50, expected: ["unit"] }, { told })).toMatchObject([
      { subject: "unit", passed: true },
      { rule: "total", passed: true },
    ]);
  });

  it("is missed in part where its app was killed and its tests were not", () => {
    const halves = { api: { problems: [KILLED], silent: [{ service: "api.app", reason: KILLED }] } };
    for (const rules of [{ total: 50 }, { total: 50, expected: ["api"] }])
      expect(judged(rules, { told: halves })[0]).toMatchObject({
        rule: "arrived",
        subject: "api",
        passed: false,
      });
    const [{ problem } = {}] = judged({ total: 50 }, { told: halves });
    expect(problem?.message).toBe(
      "The source api is not whole: api.app left no profile that can be read. web was killed before it wrote a profile.",
    );
  });

  it("fails a minimum of files that then fits nothing", () => {
    const judgements = judged({ files: { "web/**": 90 }, expected: ["unit"] }, { told });
    expect(judgements[1]).toMatchObject({ rule: "files", passed: false });
    expect(judgements[1]?.problem?.message).toBe(
      "Files web/**: nothing to count, no file with code fits; web left no profile, or not all.",
    );
  });
});

describe("fractions", () => {
  it.each([
    [{ covered: 841, total: 1000 }, 84.1, 0],
    [{ covered: 840, total: 1000 }, 84.1, 1],
    [{ covered: 2, total: 3 }, 66.666666, 0],
    [{ covered: 2 ** 50 - 1, total: 2 ** 50 }, 100, 1],
    [{ covered: 0, total: 10 }, 0, 0],
    [{ covered: 29, total: 100 }, 29, 0],
    [{ covered: 57, total: 100 }, 57, 0],
  ])("%j lacks for %d %%: %d", (count, percent, more) => {
    expect(lacking(count, percent)).toBe(more);
  });

  it("are told with the decimals that show the difference", () => {
    const close = combine([
      {
        name: "unit",
        profiles: [profile("a.go", ...Array.from({ length: 5_000 }, (_, at) => (at < 3_999 ? 1 : 0)))],
      },
    ]);
    const [{ problem } = {}] = judge({
      coverage: close,
      rules: { ...NONE, total: 80 },
      arrived: new Set(["unit"]),
      told: new Map(),
    });
    expect(problem?.message).toContain("79.98 % of 5000 statements covered, 80 % wanted: 1 more needed");
  });
});
