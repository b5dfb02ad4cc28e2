import { formatDuration, type NodeState } from "../model/index.ts";
import { formatCounts, formatRow, rowWidths } from "./row.ts";
import { longestSilence } from "./silence.ts";
import type { Row, RunView } from "./state.ts";
import { onOneLine, type Style } from "./style.ts";

const LONGEST_BEAT = 160;

/** One line for each part as it ends, and a line that says what is going on whenever nothing was printed for too long. */
export function createPlainProgress(options: {
  view: RunView;
  style: Style;
  print: (line: string) => void;
  now: () => number;
}): { update(): void; stop(): void } {
  const { view, style, now } = options;
  const printed = new Map<Row, NodeState>();
  const start = now();
  let timer: NodeJS.Timeout | undefined;

  function print(line: string): void {
    options.print(line);
    wait();
  }

  function wait(): void {
    clearTimeout(timer);
    timer = setTimeout(beat, longestSilence(now() - start));
  }

  function beat(): void {
    const rows = [...view.rows.values()];
    const running = rows.filter((row) => row.state === "running");
    const shown = running.length > 0 ? running : rows.filter((row) => row.state === "waiting");
    if (shown.length === 0) {
      wait();
      return;
    }
    const parts = shown.map((row) => [row.node.name, doing(row)].filter((part) => part !== "").join(": "));
    const said = onOneLine(parts.join(" · ")).slice(0, LONGEST_BEAT);
    print(style.dim(`  … ${formatDuration(now() - start)}  ${said}`));
  }

  wait();
  return {
    update() {
      for (const row of view.rows.values()) {
        if (row.state === "waiting" || row.state === "running" || printed.get(row) === row.state) continue;
        printed.set(row, row.state);
        print(formatRow(row, { style, now: now() - start, widths: rowWidths(view.rows.values()) }));
      }
    },
    stop: () => clearTimeout(timer),
  };
}

function doing(row: Row): string {
  return row.running.at(-1) ?? (row.note === "" ? formatCounts(row.counts) : row.note);
}
