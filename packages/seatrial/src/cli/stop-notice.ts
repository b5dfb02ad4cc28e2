import type { TerminalReport } from "../report/index.ts";

/** Says at the first signal that the command stops, where that does not damage what is drawn. */
export interface StopNotice {
  tell(): void;
  /** From now on this report is asked first. */
  showOn(report: Pick<TerminalReport, "note">): void;
}

const STOPPING = "stopping; once more to leave at once";

/** Writes to stderr unless a report shows the line itself. */
export function createStopNotice(stderr: Pick<NodeJS.WriteStream, "write">): StopNotice {
  let report: Pick<TerminalReport, "note"> | undefined;
  return {
    tell() {
      if (report?.note(STOPPING) !== true) stderr.write(`${STOPPING}\n`);
    },
    showOn(shown) {
      report = shown;
    },
  };
}
