import { expect, it } from "vitest";
import { flavourOf } from "./flavour.ts";

const of = (version: string, partialRevokes = "OFF") =>
  flavourOf([[{ version }], [{ Variable_name: "partial_revokes", Value: partialRevokes }]], "db");

it("tells what a server is and can do from its version", () => {
  const known = ["11.8.3-MariaDB-log", "10.4.12-MariaDB-1:10.4.12+maria~bionic", "8.4.2", "5.7.44-log"];
  expect(
    known.map((version) => of(version)).map(({ kind, client, comments }) => [kind, client, comments]),
  ).toEqual([
    ["mariadb", "mariadb", "database"],
    ["mariadb", "mysql", "nothing"],
    ["mysql", "mysql", "user"],
    ["mysql", "mysql", "nothing"],
  ]);
});

it("takes names in grants for patterns unless the server says that they are none", () => {
  expect(of("8.0.40").patterns).toBe(true);
  expect(of("8.0.40", "ON").patterns).toBe(false);
});

it("sets nothing that the server does not know", () => {
  expect(of("5.7.44").setup).toEqual([]);
  expect(of("10.6.1-MariaDB").setup.join()).not.toContain("system_versioning_insert_history");
});

it("refuses servers that are too old, with their version", async () => {
  await expect(async () => of("10.3.39-MariaDB")).toThrowWithCode("SPACE_NOT_MADE");
  await expect(async () => of("5.6.51")).toThrowWithCode("SPACE_NOT_MADE");
  expect(() => of("5.6.51")).toThrow(/mysql 5\.6\.51/);
});
