import type { Problem } from "../model/index.ts";
import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type SuiteErrorCode =
  /** The suite is not complete or contradicts itself. Exit code 2. */
  | "SUITE_INVALID"
  /** No suite has this name. Exit code 2. */
  | "SUITE_UNKNOWN"
  /** `needs` names a service that the project does not have. Exit code 2. */
  | "SUITE_NEED_UNKNOWN"
  /** It ran no test. */
  | "SUITE_EMPTY"
  /** It was ended at its limit. */
  | "SUITE_TIMED_OUT"
  /** The container's memory limit ended something of it. */
  | "SUITE_OUT_OF_MEMORY"
  /** Its command failed before it reported a test. */
  | "SUITE_COMMAND_FAILED"
  /** Its exit code says one thing, its tests another. */
  | "SUITE_RESULTS_DISAGREE"
  /** Some of what its tests told did not arrive. */
  | "SUITE_EVENTS_LOST"
  /** It could not be split into its shards. */
  | "SUITE_NOT_SHARDED"
  /** Its process outlived SIGKILL. */
  | "SUITE_STUCK"
  /** A report could not be read to its end. */
  | "RESULTS_BROKEN"
  /** There is no report. */
  | "RESULTS_MISSING"
  /** Files could not be fetched from the container. */
  | "RESULTS_NOT_TAKEN"
  /** Files could not be written on the host. */
  | "RESULTS_NOT_WRITTEN"
  /** `go`: no test binary at the place where they should be. */
  | "GO_BINARIES_MISSING"
  /** `go`: a test binary ended before it ran a test. */
  | "GO_BINARY_FAILED"
  /** `pytest`: it ended for another reason than a failing test. */
  | "PYTEST_FAILED"
  /** `tap`: the tests said that they cannot go on. */
  | "TAP_BAILED_OUT";

export interface SuiteErrorOptions {
  code: SuiteErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  lastLines?: string[] | undefined;
  exitCode?: ExitCode | undefined;
}

/** An error of a suite. Exit code 1 unless said otherwise: what the user brought did not work. */
export function suiteError(options: SuiteErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.failed, ...options });
}

/** A suite's failure as data, for its outcome. */
export function suiteProblem(options: Omit<Problem, "code"> & { code: SuiteErrorCode }): Problem {
  return options;
}

/** What an error says, as data. */
export function problemOf(error: ToolError, subject: string): Problem {
  const { code, message, hint, lastLines } = error;
  return { code, message, hint, subject, lastLines };
}
