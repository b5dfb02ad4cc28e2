import { expect, test } from "vitest";
import { isCompanion } from "./companion.ts";

test.each([
  ["unknown", "unknown", true],
  ["unknown", "amd64", false],
  ["linux", "unknown", false],
  ["linux", "amd64", false],
  ["", "", false],
])("an entry of an index for %j and %j is a companion: %s", (os, architecture, expected) => {
  expect(isCompanion({ platform: { os, architecture } })).toBe(expected);
});

test("an entry for no platform is an image: engines would run it", () => {
  expect(isCompanion({})).toBe(false);
});
