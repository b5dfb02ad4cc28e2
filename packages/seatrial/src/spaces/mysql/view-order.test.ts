import { expect, it } from "vitest";
import type { DatabaseObject } from "./structure.ts";
import { orderViews } from "./view-order.ts";

function view(name: string, select: string): DatabaseObject {
  const text = `CREATE VIEW \`${name}\` AS select ${select}`;
  return { kind: "view", name, text, context: {}, collation: undefined, engine: undefined, versioned: false };
}

const names = (...views: DatabaseObject[]) => orderViews(views).map(({ name }) => name);

it("puts a view behind those that it reads, in joins, lists and subqueries", () => {
  const [a, b, c, d] = [
    view("a", "1 from (`b` join `t` on(1))"),
    view("b", "1 from (`t` join (`c`) on(1))"),
    view("c", "(select 1 from \0database\0.`d` `x`) AS `y` from `t`"),
    view("d", "1 AS `one`"),
  ];
  expect(names(a, b, c, d)).toEqual(["d", "c", "b", "a"]);
});

it("is not misled by columns and texts of a view's name", () => {
  expect(names(view("a", "`t`.`b` AS `b` from `t`"), view("b", "1 from `a`"))).toEqual(["a", "b"]);
});

it("ends for views that seem to read each other", () => {
  expect(names(view("a", "1 from `b`"), view("b", "1 from `a`")).sort()).toEqual(["a", "b"]);
});
