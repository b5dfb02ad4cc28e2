import type { Outcome, RunEvent } from "../model/index.ts";
import type { Stamped } from "../support/events.ts";
import { formatEnding } from "./ending.ts";
import { formatKeptSpaces } from "./kept-spaces.ts";
import { createPlainProgress } from "./plain.ts";
import { formatWarning } from "./problem.ts";
import { createRunView, type Warning } from "./state.ts";
import { createStyle } from "./style.ts";

export interface TerminalOptions {
  stream: NodeJS.WriteStream;
  /** Redraw in place. Default: when the stream is a terminal. */
  live: boolean;
  colour: boolean;
  /** Print the ending only. */
  quiet: boolean;
  /** A clock in milliseconds. */
  now: () => number;
}

export interface TerminalReport {
  take(event: Stamped<RunEvent>): void;
  /** Shows a line below what is redrawn. False where nothing is: the line can be written anywhere then. */
  note(line: string): boolean;
  /** Leaves what is redrawn to whoever writes to the terminal next; what follows is drawn below that. */
  leave(): void;
  /** Ends whatever is drawn. */
  close(): void;
}

interface Progress {
  update(): void;
  /** Absent where nothing is redrawn. */
  note?(line: string): void;
  leave?(): void;
  stop(): void;
}

/** Tells a run to a person. */
export async function createTerminalReport(options: TerminalOptions): Promise<TerminalReport> {
  const { stream, now } = options;
  const start = now();
  const elapsed = () => now() - start;
  const style = createStyle(options.colour);
  const view = createRunView();
  const print = (line: string) => void stream.write(`${line}\n`);
  const progress = await chooseProgress();
  // What is redrawn in place has no room for them.
  const tellsWarnings = !options.live && !options.quiet;
  let folder = "";

  async function chooseProgress(): Promise<Progress> {
    if (options.quiet) return { update: () => undefined, stop: () => undefined };
    if (!options.live) return createPlainProgress({ view, style, print, elapsed });
    const { createLiveProgress } = await import("./live.ts");
    return createLiveProgress({ view, style, stream, elapsed });
  }

  /** What the run warned of and nobody has read yet. */
  function untold({ warnings }: Outcome): Warning[] {
    const seen = new Set(view.warnings.map((warning) => warning.message));
    const others = warnings.filter((message) => !seen.has(message)).map((message) => ({ message }));
    return [...(tellsWarnings ? [] : view.warnings), ...others];
  }

  let stopped = false;
  const stop = () => {
    if (!stopped) progress.stop();
    stopped = true;
  };
  return {
    take(event) {
      // By the clock that its rows are shown by: another process may have begun to count at another time.
      view.take({ ...event, at: elapsed() });
      if (event.type === "run-started") folder = event.folder;
      else if (event.type === "run-finished") {
        progress.update();
        stop();
        const warnings = options.quiet ? [] : untold(event.outcome);
        for (const line of formatEnding({ outcome: event.outcome, view, warnings, folder, style }))
          print(line);
        return;
      } else if (event.type === "run-kept") {
        print(`kept until ${event.until}: enter with \`${event.enter}\`, end with \`${event.end}\``);
        for (const line of formatKeptSpaces(view.kept)) print(line);
      } else if (event.type === "warning" && tellsWarnings) {
        for (const line of formatWarning(event, style)) print(line);
      }
      if (!stopped) progress.update();
    },
    note(line) {
      if (stopped || progress.note === undefined) return false;
      progress.note(line);
      return true;
    },
    leave() {
      if (!stopped) progress.leave?.();
    },
    close: stop,
  };
}
