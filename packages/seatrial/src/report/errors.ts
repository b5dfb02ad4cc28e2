import { type ExitCode, messageOf, ToolError } from "../support/error.ts";

export type ReportErrorCode =
  /** What a run leaves cannot be written: a full disk, or a folder that is read-only. */
  "RESULTS_NOT_WRITABLE";

/** An error of the places that reports are written to. */
export function reportError(options: {
  code: ReportErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}): ToolError {
  return new ToolError(options);
}

/** What a run leaves cannot be written. `place` is the file or folder. */
export function resultsNotWritable(place: string, cause: unknown): ToolError {
  return reportError({
    code: "RESULTS_NOT_WRITABLE",
    message: `The results cannot be written to ${place}: ${messageOf(cause)}`,
    hint: "Free some disk space or make the folder writable; everything that a run leaves goes below .seatrial in the project.",
    cause,
  });
}
