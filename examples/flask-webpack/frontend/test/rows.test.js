import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOf } from "../src/rows.js";

const drill = { name: "Drill", owner: "Ana", about: "", lent: null, page: "/items/1" };
const lent = (due_on) => ({ ...drill, lent: { borrower: "Ben", due_on } });

test("a thing at home is a link to its page", () => {
  assert.deepEqual(rowOf(drill, "2025-03-01"), {
    cells: [{ text: "Drill", href: "/items/1" }, { text: "Ana" }, { text: "at home" }],
    late: false,
  });
});

test("a thing that is away tells who has it and until when", () => {
  assert.equal(rowOf(lent("2025-03-04"), "2025-03-01").cells[2].text, "Ben, due in 3 days");
});

test("a row is late from the day after it was due", () => {
  assert.equal(rowOf(lent("2025-03-01"), "2025-03-01").late, false);
  assert.equal(rowOf(lent("2025-03-01"), "2025-03-02").late, true);
});

test("names stay text, whatever they look like", () => {
  assert.equal(rowOf({ ...drill, name: "<b>Drill</b>" }, "2025-03-01").cells[0].text, "<b>Drill</b>");
});
