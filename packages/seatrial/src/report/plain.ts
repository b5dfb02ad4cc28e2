import { type Duration, formatDuration, type NodeState } from "../model/index.ts";
import { shortenColumns } from "./columns.ts";
import { formatCounts, formatRow, rowWidths } from "./row.ts";
import { longestSilence } from "./silence.ts";
import type { Row, RunView } from "./state.ts";
import { onOneLine, type Style } from "./style.ts";

const LONGEST_BEAT = 160;
const LONGEST_PART = 80;
/** From when on it is said how long a part has been at what it does. */
const LONG_MS: Duration = 10_000;

/** One line for each part as it ends, and a line that says what is going on whenever nothing was printed for too long. */
export function createPlainProgress(options: {
  view: RunView;
  style: Style;
  print: (line: string) => void;
  /** Milliseconds since the run began. */
  elapsed: () => Duration;
}): { update(): void; stop(): void } {
  const { view, style, elapsed } = options;
  const printed = new Map<Row, NodeState>();
  let timer: NodeJS.Timeout | undefined;

  function print(line: string): void {
    options.print(line);
    wait();
  }

  function wait(): void {
    clearTimeout(timer);
    timer = setTimeout(beat, longestSilence(elapsed()));
  }

  function beat(): void {
    const rows = [...view.rows.values()];
    const running = rows.filter((row) => row.state === "running");
    const shown = running.length > 0 ? running : rows.filter((row) => row.state === "waiting");
    if (shown.length === 0) {
      wait();
      return;
    }
    const now = elapsed();
    const parts = shown.map((row) =>
      [row.node.name, doing(row, now)].filter((part) => part !== "").join(": "),
    );
    const said = onOneLine(parts.join(" · ")).slice(0, LONGEST_BEAT);
    print(style.dim(`  … ${formatDuration(now)}  ${said}`));
  }

  wait();
  return {
    update() {
      for (const row of view.rows.values()) {
        if (row.state === "waiting" || row.state === "running" || printed.get(row) === row.state) continue;
        printed.set(row, row.state);
        print(formatRow(row, { style, now: elapsed(), widths: rowWidths(view.rows.values()) }));
      }
    },
    stop: () => clearTimeout(timer),
  };
}

function doing({ running, note, notedAt, counts }: Row, now: Duration): string {
  const { name, startedAt } = running.at(-1) ?? { name: note, startedAt: notedAt };
  if (name === "") return formatCounts(counts);
  const said = shortenColumns(onOneLine(name), LONGEST_PART);
  const time = now - startedAt;
  return time < LONG_MS ? said : `${said} (${formatDuration(time)})`;
}
