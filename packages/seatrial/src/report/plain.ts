import { formatDuration, type NodeState } from "../model/index.ts";
import { formatCounts, formatRow, nameWidth } from "./row.ts";
import type { Row, RunView } from "./state.ts";
import { onOneLine, type Style } from "./style.ts";

/** The longest silence while something is running. */
const HEARTBEAT_MS = 2_000;
const LONGEST_BEAT = 160;

/** One line for each part as it ends, and a line that says what is going on whenever nothing was printed for a while. */
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
    clearTimeout(timer);
    timer = setTimeout(beat, HEARTBEAT_MS);
  }

  function beat(): void {
    const rows = [...view.rows.values()];
    const running = rows.filter((row) => row.state === "running");
    const shown = running.length > 0 ? running : rows.filter((row) => row.state === "waiting");
    if (shown.length === 0) {
      timer = setTimeout(beat, HEARTBEAT_MS);
      return;
    }
    const parts = shown.map((row) => [row.node.name, doing(row)].filter((part) => part !== "").join(": "));
    const said = onOneLine(parts.join(" · ")).slice(0, LONGEST_BEAT);
    print(style.dim(`  … ${formatDuration(now() - start)}  ${said}`));
  }

  timer = setTimeout(beat, HEARTBEAT_MS);
  return {
    update() {
      for (const row of view.rows.values()) {
        if (row.state === "waiting" || row.state === "running" || printed.get(row) === row.state) continue;
        printed.set(row, row.state);
        print(formatRow(row, { style, now: now() - start, width: nameWidth(view.rows.values()) }));
      }
    },
    stop: () => clearTimeout(timer),
  };
}

function doing(row: Row): string {
  return row.running.at(-1) ?? (row.note === "" ? formatCounts(row.counts) : row.note);
}
