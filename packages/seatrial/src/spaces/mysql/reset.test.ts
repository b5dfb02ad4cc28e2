import { expect, it } from "vitest";
import { EMPTY } from "./empty.ts";
import { splitCounter } from "./look.ts";
import { canReset } from "./reset.ts";
import type { DatabaseObject } from "./structure.ts";

const table = (changes: Partial<DatabaseObject> = {}): DatabaseObject => ({
  kind: "table",
  name: "t",
  text: "CREATE TABLE `t` (\n  `body` text COMMENT 'FULLTEXT KEY'\n) ENGINE=InnoDB",
  context: {},
  collation: undefined,
  engine: "InnoDB",
  versioned: false,
  ...changes,
});
const holds = (...objects: DatabaseObject[]) => canReset({ ...EMPTY, objects });

it("puts back plain tables, views and code", () => {
  expect(
    holds(table(), table({ kind: "view" }), table({ kind: "trigger" }), table({ kind: "procedure" })),
  ).toBe(true);
});

it("does not put back what deleting rows does not, or what acts by itself", () => {
  expect(holds(table({ engine: "Aria" }))).toBe(false);
  expect(holds(table({ versioned: true }))).toBe(false);
  expect(holds(table({ text: "CREATE TABLE `t` (\n  FULLTEXT KEY `b` (`b`)\n) ENGINE=InnoDB" }))).toBe(false);
  expect(holds(table({ kind: "event" }))).toBe(false);
  expect(holds(table({ kind: "sequence" }))).toBe(false);
  expect(canReset({ ...EMPTY, rowCount: 100_000 })).toBe(false);
});

it("knows a table's counter from what only looks like one", () => {
  const text =
    "CREATE TABLE `t` (\n  `a` int COMMENT ') ENGINE=InnoDB AUTO_INCREMENT=3'\n) ENGINE=InnoDB AUTO_INCREMENT=12 COMMENT='ENGINE=X AUTO_INCREMENT=4'";
  expect(splitCounter(text)).toEqual({ text: text.replace(" AUTO_INCREMENT=12", ""), counter: "12" });
  const without = text.replace(" AUTO_INCREMENT=12", "");
  expect(splitCounter(without)).toEqual({ text: without, counter: undefined });
});
