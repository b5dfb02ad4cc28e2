import { expect, it } from "vitest";
import { readSpaceUse } from "./space-use.ts";

const known = ["postgres", "db.main"];

it.each([
  ["postgres", { space: "postgres", part: "url" }],
  ["postgres.host", { space: "postgres", part: "host" }],
  ["db.main", { space: "db.main", part: "url" }],
  ["db.main.port", { space: "db.main", part: "port" }],
  ["unknown.port", { space: "unknown", part: "port" }],
  ["trailing.", { space: "trailing.", part: "url" }],
])("%s in a suite's spaces is %j", (written, expected) => {
  expect(readSpaceUse(written, known)).toEqual(expected);
});

it("a mapping says what is meant, whatever is known", () => {
  expect(readSpaceUse({ space: "a.b", part: "name" }, known)).toEqual({ space: "a.b", part: "name" });
  expect(readSpaceUse({ space: "a.b" }, known)).toEqual({ space: "a.b", part: "url" });
});
