import { expect, it } from "vitest";
import { createRunId, startOfRun } from "./id.ts";

it("begins with the time in UTC and is a valid name for any engine", () => {
  expect(createRunId(new Date("2025-03-01T23:59:58.123Z"))).toMatch(/^20250301-235958-[2-9a-z]{6}$/);
});

it("differs for runs of the same second", () => {
  const now = new Date();
  expect(new Set(Array.from({ length: 50 }, () => createRunId(now))).size).toBe(50);
});

it("says when its run began; nothing else does", () => {
  const start = new Date("2025-03-01T23:59:58.000Z");
  expect(startOfRun(createRunId(start))).toBe(start.getTime());
  for (const other of ["1234abcd", "20250301-235958", "20250301-235958-abcdefg"])
    expect(startOfRun(other)).toBeUndefined();
});
