import { expect, it } from "vitest";
import { createRunId } from "./id.ts";

it("begins with the time in UTC and is a valid name for any engine", () => {
  expect(createRunId(new Date("2025-03-01T23:59:58.123Z"))).toMatch(/^20250301-235958-[2-9a-z]{6}$/);
});

it("differs for runs of the same second", () => {
  const now = new Date();
  expect(new Set(Array.from({ length: 50 }, () => createRunId(now))).size).toBe(50);
});
