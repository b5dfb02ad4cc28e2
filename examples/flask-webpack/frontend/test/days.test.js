import assert from "node:assert/strict";
import { test } from "node:test";
import { backBy, daysBetween, dueText } from "../src/days.js";

for (const [due, text] of [
  ["2025-03-01", "due today"],
  ["2025-03-02", "due tomorrow"],
  ["2025-03-29", "due in 28 days"],
  ["2025-02-28", "1 day late"],
  ["2024-12-31", "60 days late"],
]) {
  test(`on March 1st, ${due} is ${text}`, () => {
    assert.equal(dueText(due, "2025-03-01"), text);
  });
}

test("the day on which clocks change is as long as any other", () => {
  assert.equal(daysBetween("2025-03-29", "2025-03-31"), 2);
});

test("a wish is told as the day by which it ends", () => {
  assert.equal(backBy(2, "2024-02-28", 28), "back by 2024-03-01");
});

for (const days of [0, 29, 1.5, Number.NaN]) {
  test(`a wish for ${days} days is not told, for it would be refused`, () => {
    assert.equal(backBy(days, "2025-03-01", 28), "");
  });
}
