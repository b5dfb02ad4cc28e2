import { expect, it } from "vitest";
import { findCycle } from "./graph.ts";

const nodes = (table: Record<string, string[]>) =>
  Object.entries(table).map(([id, needs]) => ({ id, needs }));

it("names a cycle in order, its first node again at its end", () => {
  expect(findCycle(nodes({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
});

it("sees a node that needs itself", () => {
  expect(findCycle(nodes({ a: ["a"] }))).toEqual(["a", "a"]);
});

it("takes shared and unknown needs for no cycle", () => {
  expect(findCycle(nodes({ a: ["b", "c"], b: ["d"], c: ["d"], d: ["unknown"] }))).toBeUndefined();
});
