import { expect, it } from "vitest";
import { account, definer, grantedDatabase, identifier, literal } from "./quote.ts";

it("keeps quotes, backslashes and ends of texts inside of names and texts", () => {
  expect(identifier("a`b'; DROP")).toBe("`a``b'; DROP`");
  expect(literal("it's \\ \0 `x`")).toBe("'it''s \\\\ \\0 `x`'");
  expect(account("o'x")).toBe("'o''x'@'%'");
  expect(definer("o`x")).toBe("`o``x`@`%`");
});

it("means one database in a grant, whether the server reads patterns there or not", () => {
  expect(grantedDatabase("st_1%\\_2", true)).toBe("`st\\_1\\%\\\\\\_2`");
  expect(grantedDatabase("st_1_2", false)).toBe("`st_1_2`");
});
