import { createLogUpdate } from "log-update";
import { formatRow } from "./row.ts";
import type { RunView } from "./state.ts";
import type { Style } from "./style.ts";

const FRAME_MS = 100;

/** A tree of the whole run that is redrawn in place. */
export function createLiveProgress(options: {
  view: RunView;
  style: Style;
  stream: NodeJS.WriteStream;
  now: () => number;
}): { update(): void; stop(): void } {
  const draw = createLogUpdate(options.stream, { showCursor: true });
  const start = options.now();
  const lines = () => {
    const width = Math.max(20, options.stream.columns ?? 80);
    const elapsed = options.now() - start;
    return [...options.view.rows.values()].map((row) => cut(formatRow(row, options.style, elapsed), width));
  };
  const timer = setInterval(() => draw(lines().join("\n")), FRAME_MS);
  return {
    update: () => undefined,
    stop() {
      clearInterval(timer);
      // The last state stays, whole, also where the window is lower than the tree.
      draw.clear();
      draw.done();
      options.stream.write(`${lines().join("\n")}\n`);
    },
  };
}

/** Cuts at the width of the terminal; escape sequences take no room. */
function cut(line: string, width: number): string {
  let seen = 0;
  let result = "";
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith("\u001b")) result += part;
    else {
      result += part.slice(0, Math.max(0, width - seen));
      seen += part.length;
    }
  }
  return result;
}
