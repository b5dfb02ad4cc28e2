import { type ExitCode, ToolError } from "../support/error.ts";

export type CoverageErrorCode =
  /** Programs were built with different cover modes: the counts of some lines are hits, those of others only tell that they ran. */
  | "COVERAGE_MODES_MIXED"
  /** Meta data of Go, and no counters: the program was killed before it wrote them, or is still running. */
  | "COVERAGE_NOT_FLUSHED"
  /** A folder or file of merged profiles cannot be written. */
  | "COVERAGE_NOT_WRITTEN"
  /** Counters of Go whose meta data is not among the profiles: they say nothing without it, and were left out. */
  | "COVERAGE_PROFILE_ORPHANED"
  /** A profile, or a part of it, is not of its format. Where others can be read without it, it was left out. */
  | "COVERAGE_PROFILE_INVALID"
  /** A folder of profiles, or a profile, cannot be read. */
  | "COVERAGE_PROFILE_UNREADABLE"
  /** The text of a script that ran, or that it was made from, is not at hand: what Node reached of it cannot be counted. */
  | "COVERAGE_SCRIPT_MISSING"
  /** A script's source map is missing or broken: it counts as it ran, not as it was written. */
  | "COVERAGE_SOURCE_MAP_INVALID"
  /** The files that profiles are about are not where the language's tool runs, which needs them. */
  | "COVERAGE_SOURCES_MISSING"
  /** The language's own tool failed at the profiles, for the reason in the message. */
  | "COVERAGE_TOOL_FAILED"
  /** The language's own tool is not in the image, or too old. */
  | "COVERAGE_TOOL_MISSING";

export interface CoverageErrorOptions {
  code: CoverageErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of profiles, units and reports. Exit code 2 unless said otherwise. */
export function coverageError(options: CoverageErrorOptions): ToolError {
  return new ToolError(options);
}
