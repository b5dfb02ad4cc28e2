import { expect, it } from "vitest";
import { createCounts } from "./counts.ts";
import type { Space } from "./space.ts";

const space = (suite: string, isReused: boolean, run = "r1") =>
  ({ isReused, holder: { run, suite, test: "T", attempt: 1 } }) as Space;

it("counts tell of all, and of each suite of each run what its own tests were given", () => {
  const counts = createCounts();
  for (let made = 0; made < 9; made += 1) counts.created();
  counts.leased(space("unit", false), 4);
  counts.leased(space("unit", true), 2);
  counts.leased(space("api", true), 70);
  expect(counts.read()).toEqual({ leased: 3, reused: 2, created: 9, wait: { median: 4, largest: 70 } });
  expect(counts.read({ run: "r1", suite: "unit" })).toEqual({
    ...{ leased: 2, reused: 1, created: 1 },
    wait: { median: 4, largest: 4 },
  });
  const nothing = { leased: 0, reused: 0, created: 0, wait: { median: 0, largest: 0 } };
  expect(counts.read({ run: "r2", suite: "unit" })).toEqual(nothing);
});

it("counts of an owner that has seen very many runs forget the first of them", () => {
  const counts = createCounts();
  for (let run = 0; run < 300; run += 1) counts.leased(space("unit", false, `r${run}`), 1);
  expect(counts.read({ run: "r0", suite: "unit" }).leased).toBe(0);
  expect(counts.read({ run: "r299", suite: "unit" }).leased).toBe(1);
  expect(counts.read().leased).toBe(300);
});
