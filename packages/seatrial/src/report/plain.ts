import { formatDuration } from "../model/index.ts";
import { formatRow } from "./row.ts";
import type { Row, RunView } from "./state.ts";
import type { Style } from "./style.ts";

/** The longest silence while something is running. */
const HEARTBEAT_MS = 2_000;

/** One line for each part as it ends, and a line that says what is going on whenever nothing was printed for a while. */
export function createPlainProgress(options: {
  view: RunView;
  style: Style;
  print: (line: string) => void;
  now: () => number;
}): { update(): void; stop(): void } {
  const { view, style, now } = options;
  const printed = new Set<Row>();
  const start = now();
  let timer: NodeJS.Timeout | undefined;

  function print(line: string): void {
    options.print(line);
    clearTimeout(timer);
    timer = setTimeout(beat, HEARTBEAT_MS);
  }

  function beat(): void {
    const running = [...view.rows.values()].filter((row) => row.state === "running");
    if (running.length === 0) {
      timer = setTimeout(beat, HEARTBEAT_MS);
      return;
    }
    const parts = running.map((row) =>
      [row.node.name, row.running.at(-1) ?? row.note].filter(Boolean).join(": "),
    );
    print(style.dim(`  … ${formatDuration(now() - start)}  ${parts.join(" · ").slice(0, 160)}`));
  }

  timer = setTimeout(beat, HEARTBEAT_MS);
  return {
    update() {
      for (const row of view.rows.values()) {
        if (row.state === "waiting" || row.state === "running" || printed.has(row)) continue;
        printed.add(row);
        print(formatRow(row, style, now() - start));
      }
    },
    stop: () => clearTimeout(timer),
  };
}
