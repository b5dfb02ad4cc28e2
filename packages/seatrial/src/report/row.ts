import { formatDuration, type NodeState, type TestCounts } from "../model/index.ts";
import type { Row } from "./state.ts";
import { onOneLine, type Style } from "./style.ts";

const SHORTEST_NAME = 12;
const MIDDLE_WIDTH = 22;

/** How wide the column of names is: as the longest one, at most `limit`. */
export function nameWidth(rows: Iterable<Row>, limit = Number.POSITIVE_INFINITY): number {
  const longest = Math.max(SHORTEST_NAME, ...[...rows].map((row) => onOneLine(row.node.name).length));
  return Math.max(SHORTEST_NAME, Math.min(longest, limit));
}

/** One line for a part of the run: mark, name (shortened to `width`), what, how long, note. */
export function formatRow(row: Row, options: { style: Style; now: number; width: number }): string {
  const { style, now, width } = options;
  const duration = row.duration ?? (row.state === "running" ? now - row.startedAt : undefined);
  const time = duration === undefined ? "" : formatDuration(duration);
  const [middle, note] = partsOf(row);
  const name = shortened(onOneLine(row.node.name), width).padEnd(width);
  return [mark(row.state, style), name, middle.padEnd(MIDDLE_WIDTH), time.padStart(8), style.dim(note)]
    .join(" ")
    .trimEnd();
}

/** Names that are alike mostly differ at their end. */
function shortened(name: string, width: number): string {
  return name.length > width ? `${name.slice(0, width - 6)}…${name.slice(-5)}` : name;
}

/** What stands before the time, and what after it. */
function partsOf(row: Row): [string, string] {
  const note = onOneLine(row.note);
  const running = row.running.at(-1);
  if (row.state === "running" || row.state === "waiting") {
    return [formatCounts(row.counts), running === undefined ? note : onOneLine(running)];
  }
  const counts = formatCounts(row.counts);
  return [counts === "" ? note || row.state : counts, onOneLine(row.detail)];
}

/** `3 failed, 84 passed, 1 skipped`; empty when nothing ran. */
export function formatCounts(counts: TestCounts): string {
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed` : "",
    counts.passed > 0 ? `${counts.passed} passed` : "",
    counts.skipped > 0 ? `${counts.skipped} skipped` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function mark(state: NodeState, style: Style): string {
  switch (state) {
    case "passed":
      return style.good("✔");
    case "failed":
      return style.bad("✖");
    case "running":
      return style.warn("•");
    case "skipped":
    case "stopped":
      return style.dim("–");
    case "waiting":
      return style.dim("·");
  }
}
