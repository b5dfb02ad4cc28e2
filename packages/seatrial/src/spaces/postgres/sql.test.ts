import { expect, test } from "vitest";
import { checkName, identifier, literal, roleId } from "./sql.ts";

test("names and texts are quoted, whatever is in them", () => {
  expect(identifier('a"; DROP DATABASE x; --')).toBe('"a""; DROP DATABASE x; --"');
  expect(literal("it's \\ $$")).toBe(" E'it''s \\\\ $$'");
  expect(literal("a\0b")).toBe("'a\uFFFDb'");
  expect(roleId("it's")).toBe(`'"it''s"'::regrole`);
});

test.each(["", "x".repeat(64), "Upper", "żółć", "a-b", 'a"b', "1a", "a\n"])(
  "%j is no name for a database",
  async (name) => {
    await expect(async () => checkName(name)).toThrowWithCode("SPACE_NOT_MADE");
  },
);

test("63 small letters, digits and underscores are one", () => {
  expect(() => checkName(`st_0123abcd_${"9".repeat(51)}`)).not.toThrow();
});
