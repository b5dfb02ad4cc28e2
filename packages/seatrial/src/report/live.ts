import { createLogUpdate } from "log-update";
import type { Duration } from "../model/index.ts";
import { cutColumns } from "./columns.ts";
import { formatRow, rowWidths } from "./row.ts";
import type { Row, RunView } from "./state.ts";
import type { Style } from "./style.ts";

const FRAME_MS = 100;

/** A tree of the whole run that is redrawn in place. */
export function createLiveProgress(options: {
  view: RunView;
  style: Style;
  stream: NodeJS.WriteStream;
  /** Milliseconds since the run began. */
  elapsed: () => Duration;
}): { update(): void; note(line: string): void; leave(): void; stop(): void } {
  const { style, stream, view, elapsed } = options;
  const draw = createLogUpdate(stream, { showCursor: true });
  let note: string | undefined;
  const columns = () => Math.max(20, stream.columns ?? 80);
  const format = (shown: readonly Row[]) => {
    const widths = rowWidths(view.rows.values(), Math.floor(columns() / 3));
    return shown.map((row) => formatRow(row, { style, now: elapsed(), widths }));
  };
  const frame = () => {
    const rows = [...view.rows.values()];
    const { shown, hidden } = fit(rows, Math.max(3, (stream.rows ?? 24) - (note === undefined ? 1 : 2)));
    return [
      ...format(shown),
      ...(hidden === "" ? [] : [style.dim(hidden)]),
      ...(note === undefined ? [] : [style.warn(note)]),
    ]
      .map((line) => cutColumns(line, columns()))
      .join("\n");
  };
  const timer = setInterval(() => draw(frame()), FRAME_MS);
  return {
    update: () => undefined,
    note(line) {
      note = line;
      // A terminal echoes the key that was pressed where the cursor is.
      draw.clear();
      draw(frame());
    },
    leave: () => draw.done(),
    stop() {
      clearInterval(timer);
      // The last state stays, with all rows, also where the window is lower than the tree, and their notes whole.
      draw.clear();
      draw.done();
      stream.write(`${format([...view.rows.values()]).join("\n")}\n`);
    },
  };
}

/** The rows that a low window has room for: what is done gives way first, then what waits. `hidden` counts those. */
export function fit(rows: readonly Row[], height: number): { shown: Row[]; hidden: string } {
  if (rows.length <= height) return { shown: [...rows], hidden: "" };
  const kept = new Set([...rows].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, height - 1));
  const left = rows.filter((row) => !kept.has(row)).map(rankOf);
  const counts = ["running", "waiting", "done"].map((word, rank) => ({
    word,
    count: left.filter((each) => each === rank).length,
  }));
  const said = counts.filter(({ count }) => count > 0).map(({ word, count }) => `${count} ${word}`);
  return { shown: rows.filter((row) => kept.has(row)), hidden: `… and ${said.join(", ")}` };
}

function rankOf({ state }: Row): number {
  if (state === "running" || state === "failed") return 0;
  return state === "waiting" ? 1 : 2;
}
