import { formatDuration, type NodeState, type TestCounts } from "../model/index.ts";
import { columnsOf, padColumns, shortenColumns } from "./columns.ts";
import type { Row } from "./state.ts";
import { onOneLine, type Style } from "./style.ts";

const SHORTEST_NAME = 12;
const SHORTEST_MIDDLE = 22;
const LONGEST_MIDDLE = 40;

/** How wide the columns of a table of rows are. */
export interface RowWidths {
  name: number;
  middle: number;
}

/** Columns that are as wide as the widest in them, that of names at most `limit`. */
export function rowWidths(rows: Iterable<Row>, limit = Number.POSITIVE_INFINITY): RowWidths {
  const all = [...rows];
  const names = all.map((row) => columnsOf(onOneLine(row.node.name)));
  const middles = all.map((row) => columnsOf(partsOf(row)[0]));
  return {
    name: Math.max(SHORTEST_NAME, Math.min(Math.max(0, ...names), limit)),
    middle: Math.min(LONGEST_MIDDLE, Math.max(SHORTEST_MIDDLE, ...middles)),
  };
}

/** One line for a part of the run: mark, name (shortened to its column), what, how long, note. */
export function formatRow(row: Row, options: { style: Style; now: number; widths: RowWidths }): string {
  const { style, now, widths } = options;
  const duration = row.duration ?? (row.state === "running" ? now - row.startedAt : undefined);
  const time = duration === undefined ? "" : formatDuration(duration);
  const [middle, note] = partsOf(row);
  const name = padColumns(shortenColumns(onOneLine(row.node.name), widths.name), widths.name);
  return [mark(row.state, style), name, padColumns(middle, widths.middle), time.padStart(8), style.dim(note)]
    .join(" ")
    .trimEnd();
}

/** What stands before the time, and what after it. */
function partsOf(row: Row): [string, string] {
  const note = onOneLine(row.note);
  const running = row.running.at(-1);
  if (row.state === "running" || row.state === "waiting") {
    return [formatCounts(row.counts), running === undefined ? note : onOneLine(running.name)];
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
