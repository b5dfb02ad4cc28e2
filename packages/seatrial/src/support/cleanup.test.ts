import { expect, it } from "vitest";
import { createCleanup } from "./cleanup.ts";

it("undoes in reverse order", async () => {
  const seen: number[] = [];
  const cleanup = createCleanup();
  for (const each of [1, 2, 3]) cleanup.add(() => void seen.push(each));
  await cleanup[Symbol.asyncDispose]();
  expect(seen).toEqual([3, 2, 1]);
});

it("goes on after a failure and keeps every error", async () => {
  const seen: string[] = [];
  const cleanup = createCleanup();
  cleanup.add(() => void seen.push("last"));
  cleanup.add(() => Promise.reject(new Error("one")));
  cleanup.add(() => {
    throw new Error("two");
  });
  const error = await Promise.resolve(cleanup[Symbol.asyncDispose]()).catch((thrown: unknown) => thrown);
  expect(seen).toEqual(["last"]);
  expect((error as AggregateError).errors.map((each: Error) => each.message)).toEqual(["two", "one"]);
});

it("does nothing the second time", async () => {
  let count = 0;
  const cleanup = createCleanup();
  cleanup.add(() => {
    count += 1;
  });
  await cleanup[Symbol.asyncDispose]();
  await cleanup[Symbol.asyncDispose]();
  expect(count).toBe(1);
});
