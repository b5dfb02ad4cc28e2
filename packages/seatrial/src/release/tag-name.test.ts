import { expect, it } from "vitest";
import { tagName } from "./tag-name.ts";

it.each([
  ["v1.4.2", "v1.4.2"],
  ["feature/x", "feature-x"],
  ["Release/Übung 7", "Release--bung-7"],
  ["release+build", "release-build"],
  [".hidden", "hidden"],
  ["--dashes", "dashes"],
  ["/lead", "lead"],
  ["_ok", "_ok"],
  ["  spaced  ", "spaced"],
  ["🚀go", "go"],
])("%s becomes %s", (name, tag) => {
  expect(tagName(name)).toBe(tag);
});

it("is undefined when nothing is left", () => {
  expect(tagName("///")).toBeUndefined();
  expect(tagName("")).toBeUndefined();
});

it("cuts long names to what registries take, and keeps them apart", () => {
  const long = `feature/${"x".repeat(200)}`;
  const [one, other] = [tagName(`${long}1`), tagName(`${long}2`)];
  expect(one).toMatch(/^feature-x+-[0-9a-f]{8}$/);
  expect(one).toHaveLength(128);
  expect(other).not.toBe(one);
  expect(tagName("x".repeat(128))).toBe("x".repeat(128));
});
