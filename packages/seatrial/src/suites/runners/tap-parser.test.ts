import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TestResult } from "../../model/index.ts";
import { createTapReader } from "./tap-parser.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../../../fixtures/suites");

function read(text: string) {
  const tests: TestResult[] = [];
  const reader = createTapReader({ group: "unit", onTest: (each) => void tests.push(each) });
  reader.write(text);
  return { ...reader.end(), tests };
}

const brief = (tests: TestResult[]) => tests.map((each) => [each.group, each.name, each.status]);

test("the output of Node's test runner", () => {
  const { tests, broken } = read(readFileSync(`${fixtures}/node/report.tap`, "utf8"));
  expect(broken).toEqual([]);
  expect(brief(tests)).toEqual([
    ["unit", "passes", "passed"],
    ["unit", "fails", "failed"],
    ["unit", "is skipped", "skipped"],
    ["unit", "is to be done", "skipped"],
    ["unit", 'name with ]]> and <script>&"quotes"', "passed"],
    ["unit", "name with a \u001b[31mcontrol\u001b[0m character", "passed"],
    ["unit", "# looks like a comment \\ and a directive # SKIP", "passed"],
    ["cart > totals", "adds up", "passed"],
    ["cart > totals", "rounds", "failed"],
    ["cart", "is empty at first", "passed"],
    ["parent", "child", "passed"],
    ["unit", "parent", "failed"],
  ]);
  expect(tests[1]).toMatchObject({
    message: "Expected values to be strictly equal:\n\n1 !== 2",
    duration: 1,
  });
  expect(tests[11]?.message).toBe("the parent itself fails");
  expect(tests[3]?.message).toBe("todo: later");
});

describe("points", () => {
  test("need neither number nor dash nor name", () => {
    expect(brief(read("1..4\nok\nnot ok\nok 3\nok 4 - four\n").tests)).toEqual([
      ["unit", "test 1", "passed"],
      ["unit", "test 2", "failed"],
      ["unit", "test 3", "passed"],
      ["unit", "four", "passed"],
    ]);
  });

  test("keep escaped signs and any control character in their names", () => {
    const { tests } = read("1..2\nok 1 - a\u0001b\u0000 \\# SKIP\nok 2 - \\\\# c \\\\ # skip d\\#e\n");
    expect(tests.map((each) => [each.name, each.status, each.message])).toEqual([
      ["a\u0001b\u0000 # SKIP", "passed", undefined],
      ["\\# c \\", "skipped", "d#e"],
    ]);
  });

  test("may be skipped or to be done, in any case of letters", () => {
    const { tests } = read(
      "1..5\nok 1 - a # SKIP no net\nnot ok 2 - b # todo\nok 3 - c # TODO x\nok 4 - d#skip\nok 5 # Skipped: all\n",
    );
    expect(tests.map((each) => [each.name, each.status, each.message])).toEqual([
      ["a", "skipped", "no net"],
      ["b", "skipped", "todo"],
      ["c", "passed", undefined],
      ["d#skip", "passed", undefined],
      ["test 5", "skipped", "all"],
    ]);
  });

  test("that only look like points are output", () => {
    expect(read("1..1\nokay\nnot okay\nok 1 - a\n").tests).toHaveLength(1);
  });

  test("keep the comments after them and the output before them", () => {
    const { tests } = read("TAP version 13\nprinted\nnot ok 1 - a\n#   Failed test\n#   got 1\n1..1\n");
    expect(tests[0]).toMatchObject({
      message: "  Failed test\n  got 1".trim(),
      output: "printed\n#   Failed test\n#   got 1\n",
    });
  });

  test("keep diagnostics that cannot be read as they stand", () => {
    const { tests } = read("1..1\nnot ok 1 - a\n  ---\n  {{: broken\n  ...\n");
    expect(tests[0]).toMatchObject({ message: "failed without a message", output: "---\n{{: broken\n...\n" });
  });

  test("of a block that never ends are still there", () => {
    expect(read("1..1\nnot ok 1 - a\n  ---\n  message: 'cut'\n").tests).toMatchObject([{ message: "cut" }]);
  });
});

test("a block of diagnostics that is not closed hides no point after it, and a long one is no point", () => {
  const open = "1..2\nnot ok 1 - a\n  ---\n  message: 'cut'\nok 2 - b\n";
  expect(brief(read(open).tests)).toEqual([
    ["unit", "a", "failed"],
    ["unit", "b", "passed"],
  ]);
  const long = `1..1\nnot ok 1 - a\n  ---\n${"  ok 2 - no point\n".repeat(10_000)}  ...\n`;
  expect(read(long)).toMatchObject({ tests: { length: 1 }, broken: [] });
});

describe("subtests", () => {
  test("are named by a comment at their own depth, as Perl does", () => {
    const { tests, broken } = read("1..1\n    # Subtest: foo\n    ok 1 - bar\n    1..1\nok 1 - foo\n");
    expect(broken).toEqual([]);
    expect(brief(tests)).toEqual([["foo", "bar", "passed"]]);
  });

  test("without a comment are named by the point that sums them up", () => {
    const text =
      "1..1\n    ok 1 - a\n        ok 1 - deep\n        1..1\n    ok 2 - inner\n    1..2\nok 1 - outer\n";
    expect(brief(read(text).tests)).toEqual([
      ["outer", "a", "passed"],
      ["outer > inner", "deep", "passed"],
    ]);
  });

  test("with a plan that does not fit are broken", () => {
    const { broken } = read("1..1\n# Subtest: foo\n    ok 1 - bar\n    1..3\nok 1 - foo\n");
    expect(broken).toEqual(["the plan of foo is 3 tests, but there were 1"]);
  });

  test("that never come back to their parent are kept", () => {
    const { tests, broken } = read("1..1\n    ok 1 - a\n");
    expect(tests).toMatchObject([{ name: "a" }]);
    expect(broken).toHaveLength(1);
  });
});

describe("the whole", () => {
  test("may be skipped by its plan", () => {
    expect(read("1..0 # SKIP no database\n")).toMatchObject({ found: true, tests: [], broken: [] });
  });

  test("is broken when the plan does not fit, or is missing", () => {
    expect(read("1..3\nok 1\nok 2\n").broken).toEqual(["the plan is 3 tests, but there were 2"]);
    expect(read("1..1\nok 1\nok 2\n").broken).toEqual(["the plan is 1 tests, but there were 2"]);
    expect(read("TAP version 14\nok 1\n").broken[0]).toContain("there is no plan");
  });

  test("may bail out, and nothing after that counts", () => {
    expect(read("1..3\nok 1\nBail out! no database\nnot ok 2\n")).toMatchObject({
      bailedOut: "no database",
      broken: [],
      tests: [{ status: "passed" }],
    });
  });

  test("is no TAP when there is none", () => {
    expect(read("hello\n# a comment\n")).toMatchObject({ found: false, tests: [], broken: [] });
  });

  test("ends after any cut and any flipped byte", () => {
    const whole = readFileSync(`${fixtures}/node/report.tap`);
    let seed = 3;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 150; round += 1) {
      const bytes = Buffer.from(whole.subarray(0, random(whole.length)));
      for (let flip = 0; flip < 5 && bytes.length > 0; flip += 1) bytes[random(bytes.length)] = random(256);
      expect(read(bytes.toString()).tests.length).toBeLessThan(60);
    }
  });
});
