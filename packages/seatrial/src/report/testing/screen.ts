import { Writable } from "node:stream";
import type { RunEvent } from "../../model/index.ts";
import { createEventBus } from "../../support/events.ts";
import { createTerminalReport, type TerminalOptions, type TerminalReport } from "../terminal.ts";

/** A stream that keeps what is written to it. */
export function screen(size?: { columns: number; rows: number }) {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  Object.assign(stream, { isTTY: size !== undefined, ...size });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => text,
    lines: () => text.replace(/\n$/, "").split("\n"),
    clear() {
      text = "";
    },
  };
}

/** A terminal report on such a screen, and a run that tells it events. */
export async function reporting(changes: Partial<TerminalOptions> = {}): Promise<{
  report: TerminalReport;
  shown: ReturnType<typeof screen>;
  emit: (event: RunEvent) => void;
}> {
  const shown = screen(changes.live === true ? { columns: 80, rows: 24 } : undefined);
  const now = () => performance.now();
  const report = await createTerminalReport({
    stream: shown.stream,
    live: false,
    colour: false,
    quiet: false,
    now,
    ...changes,
  });
  const bus = createEventBus<RunEvent>(now);
  bus.subscribe(report.take);
  return { report, shown, emit: bus.emit };
}
