import { expect, test } from "vitest";
import type { ServerFacts } from "./facts.ts";
import { createStrategyChoice } from "./strategy.ts";

const facts: ServerFacts = {
  version: 170_000,
  isFast: true,
  isSuperuser: true,
  countsChanges: true,
  connections: 100,
  scramIterations: 1,
  sslMode: "disable",
  bootstrapUser: "postgres",
};

test.each([
  [{ FILE_COPY: 10, WAL_LOG: 30 }, "FILE_COPY"],
  [{ FILE_COPY: 50, WAL_LOG: 30 }, "FILE_COPY"],
  [{ FILE_COPY: 90, WAL_LOG: 30 }, "WAL_LOG"],
] as const)(
  "both ways are tried twice, then WAL_LOG is kept only if it is much faster: %j",
  (times, best) => {
    const choice = createStrategyChoice(facts);
    const tried = [1, 2, 3, 4].map(() => choice.next());
    expect(tried).toEqual(["FILE_COPY", "WAL_LOG", "FILE_COPY", "WAL_LOG"]);
    for (const strategy of tried) if (strategy !== undefined) choice.took(strategy, times[strategy]);
    expect([choice.next(), choice.next()]).toEqual([best, best]);
  },
);

test("where checkpoints wait for the disk, and before there was a choice, nothing is tried", () => {
  expect(createStrategyChoice({ ...facts, isFast: false }).next()).toBe("WAL_LOG");
  expect(createStrategyChoice({ ...facts, version: 140_000 }).next()).toBeUndefined();
});
