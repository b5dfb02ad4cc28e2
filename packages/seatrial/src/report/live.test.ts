import { describe, expect, it } from "vitest";
import type { NodeState } from "../model/index.ts";
import { fit } from "./live.ts";
import type { Row } from "./state.ts";

const row = (name: string, state: NodeState): Row => ({
  node: { kind: "service", name },
  state,
  note: "",
  notedAt: 0,
  detail: "",
  startedAt: 0,
  duration: undefined,
  counts: { passed: 0, failed: 0, skipped: 0 },
  running: [],
  problem: undefined,
});

describe("a tree that is higher than its window", () => {
  const rows = [
    row("a", "passed"),
    row("b", "running"),
    row("c", "waiting"),
    row("d", "passed"),
    row("e", "failed"),
    row("f", "waiting"),
  ];
  const shownIn = (height: number) => {
    const { shown, hidden } = fit(rows, height);
    return [...shown.map(({ node }) => node.name), hidden];
  };

  it("is shown whole where there is room", () => {
    expect(shownIn(6)).toEqual(["a", "b", "c", "d", "e", "f", ""]);
  });

  it("gives up what is done first, then what waits, and counts it", () => {
    expect(shownIn(5)).toEqual(["b", "c", "e", "f", "… and 2 done"]);
    expect(shownIn(4)).toEqual(["b", "c", "e", "… and 1 waiting, 2 done"]);
    expect(shownIn(3)).toEqual(["b", "e", "… and 2 waiting, 2 done"]);
  });
});
