import { describe, expect, it } from "vitest";
import { processorTime } from "../support/testing/processor-time.ts";
import { interpolate } from "./interpolate.ts";
import { variablesIn } from "./template.ts";

const values: Record<string, string> = { A: "vA", EMPTY: "", _x9: "under" };
const lookup = (name: string) => values[name];

// The right-hand sides are what `docker compose config` gives.
const filled: [string, string][] = [
  ["plain", "plain"],
  ["$A", "vA"],
  ["${A}b", "vAb"],
  ["$_x9-z", "under-z"],
  ["${UNSET:-d}", "d"],
  ["${EMPTY:-d}", "d"],
  ["${EMPTY-d}", ""],
  ["${UNSET-d}", "d"],
  ["${A:+x}${EMPTY:+y}${UNSET:+z}", "x"],
  ["${EMPTY+y}${UNSET+z}", "y"],
  ["${UNSET:-${A}-${UNSET2:-deep}}", "vA-deep"],
  ["$$A $${A}", "$A ${A}"],
  ["${UNSET:-{x}}", "{x}"],
  ["${UNSET:-a$$b}", "a$b"],
  ["${UNSET:-a-b?c:d}", "a-b?c:d"],
  ["${A?err}", "vA"],
  ["${EMPTY?err}", ""],
  ["${A:+${A}}}", "vA}"],
  ["${A:?${UNSET}}", "vA"],
  ["${A:-${UNSET:?not asked}}", "vA"],
];

const faulty: [string, string, number, number][] = [
  ["x ${UNSET:?say it}", "required variable UNSET is not set or empty: say it", 2, 18],
  ["${EMPTY:?}", "required variable EMPTY is not set or empty", 0, 10],
  ["${UNSET?by $A}", "required variable UNSET is not set: by vA", 0, 14],
  ["${UNSET:-${B?in}}", "required variable B is not set: in", 9, 16],
  ["a $5", '"$" without a variable\'s name; write $$ for a dollar sign', 2, 3],
  ["$", '"$" without a variable\'s name; write $$ for a dollar sign', 0, 1],
  ["${}", '"${" without a variable\'s name; write $$ for a dollar sign', 0, 2],
  ["${A", 'expected "}" after ${A, found the end', 0, 3],
  ["${A.b}", 'expected "}" after ${A, found "."', 0, 3],
  ["${A:-${B}", 'expected "}" after ${A, found the end', 0, 9],
];

describe("interpolate", () => {
  it.each(filled)("turns %s into %s", (text, expected) => {
    expect(interpolate(text, lookup)).toMatchObject({ ok: true, text: expected });
  });

  it.each(faulty)("refuses %s", (text, message, start, end) => {
    expect(interpolate(text, lookup)).toEqual({ ok: false, fault: { message, start, end } });
  });

  it("names variables that became empty because nobody set them", () => {
    const result = interpolate("$UNSET ${EMPTY} ${ALSO:-}", lookup);
    expect(result.ok && result.unset.map(({ name }) => name)).toEqual(["UNSET"]);
  });

  it("does not exhaust the stack on variables nested without end", () => {
    const deep = "${A:-".repeat(50_000);
    expect(interpolate(deep, lookup)).toMatchObject({
      ok: false,
      fault: { message: "variables nested more than 30 deep" },
    });
  });

  it("takes time in proportion to the text", () => {
    const time = processorTime();
    expect(interpolate("${A}x".repeat(200_000), lookup).ok).toBe(true);
    expect(time()).toBeLessThan(10_000);
  }, 30_000);
});

describe("variablesIn", () => {
  it("finds names in defaults, and none in escapes", () => {
    expect(variablesIn("$A ${B:-${C}} $$D ${E:?$F}")).toEqual(["A", "B", "C", "E", "F"]);
  });
});
