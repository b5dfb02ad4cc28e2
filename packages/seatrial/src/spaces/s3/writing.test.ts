import { expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { settle } from "../testing/clock.ts";
import { writeObjects } from "./writing.ts";

test("no two objects at once are the first of a folder; those of known folders are written side by side", async () => {
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const keys = ["a/b/1", "top", "a/b/2", "c/1", "a/1", "c/2"];
  const writing = writeObjects(
    keys.map((key) => ({ key })),
    async ({ key }) => {
      begun.push(key);
      const { promise, resolve } = deferred<void>();
      gates.set(key, resolve);
      await promise;
    },
  );
  for (const first of ["a/b/1", "c/1", "a/1"]) {
    await settle();
    expect(begun.at(-1)).toBe(first);
    gates.get(first)?.();
  }
  await settle();
  expect(begun).toEqual(["a/b/1", "c/1", "a/1", "top", "a/b/2", "c/2"]);
  for (const open of gates.values()) open();
  await writing;
});

test("nothing more is written after a failure", async () => {
  const begun: string[] = [];
  const writing = writeObjects([{ key: "a/1" }, { key: "b/1" }], async ({ key }) => {
    begun.push(key);
    throw new Error("refused");
  });
  await expect(writing).rejects.toThrow("refused");
  expect(begun).toEqual(["a/1"]);
});
