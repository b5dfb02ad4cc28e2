import { expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { shareWork } from "./shared-work.ts";

test("who asks while a run is under way shares the next one", async () => {
  const gates = [deferred<void>(), deferred<void>(), deferred<void>()];
  let runs = 0;
  const apply = shareWork(async () => {
    runs += 1;
    await gates[runs - 1]?.promise;
  });
  const first = apply();
  await Promise.resolve();
  const [second, third] = [apply(), apply()];
  expect(runs).toBe(1);
  gates[0]?.resolve();
  await first;
  gates[1]?.resolve();
  await Promise.all([second, third]);
  expect(runs).toBe(2);
});

test("a run that fails fails for those who share it alone", async () => {
  const outcomes = [new Error("first"), undefined];
  const apply = shareWork(async () => {
    const error = outcomes.shift();
    if (error !== undefined) throw error;
  });
  const shared = [apply(), apply()];
  for (const each of shared) await expect(each).rejects.toThrow("first");
  await apply();
});
