import { expect, test } from "vitest";
import { deferred } from "../support/abort.ts";
import { inParallel } from "./parallel.ts";

test("each is done once, eight at a time", async () => {
  const done: number[] = [];
  let now = 0;
  let most = 0;
  await inParallel(
    Array.from({ length: 30 }, (_, at) => at),
    async (item) => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      done.push(item);
      now -= 1;
    },
  );
  expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at));
  expect(most).toBe(8);
  await inParallel([], () => Promise.reject(new Error("nobody asked")));
});

test("the first failure is that of all, once what had begun is over; nothing else is begun", async () => {
  const begun: number[] = [];
  const slow = deferred<void>();
  let isOver = false;
  const all = inParallel([...Array(20).keys()], async (item) => {
    begun.push(item);
    if (item === 3) throw new Error("three");
    await slow.promise;
  }).finally(() => {
    isOver = true;
  });
  all.catch(() => undefined);
  await new Promise(setImmediate);
  expect([begun.length, isOver]).toEqual([8, false]);
  slow.resolve();
  await expect(all).rejects.toThrow("three");
  expect(begun).toHaveLength(8);
});
