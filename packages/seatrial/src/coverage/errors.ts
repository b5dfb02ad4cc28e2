import type { Problem } from "../model/index.ts";
import { type ExitCode, ToolError } from "../support/error.ts";

export type CoverageErrorCode =
  /** The git revision that changes are counted from is not in this clone, or shares no history with what is checked out. */
  | "COVERAGE_BASE_UNKNOWN"
  /** Changes are asked about, and git is missing, or does not read this checkout. */
  | "COVERAGE_CHANGES_UNKNOWN"
  /** Changed files are in no profile: rules about changed lines do not count theirs. */
  | "COVERAGE_CHANGES_UNSEEN"
  /** Units do not name the commit of their program, and others do: whether their lines are the same ones is not known. */
  | "COVERAGE_COMMIT_UNKNOWN"
  /** The profiles are of several commits: their lines are not the same ones. A warning where an image says that it is of another one. */
  | "COVERAGE_COMMITS_DIFFER"
  /** There are no credentials for the storage of units, or they cannot be read. */
  | "COVERAGE_CREDENTIALS_MISSING"
  /** Profiles lie in a unit that only their language's own tool can read, and nothing was exported with it. */
  | "COVERAGE_EXPORT_MISSING"
  /** Profiles name files that are none of the project's. */
  | "COVERAGE_FILES_UNKNOWN"
  /** A file of a unit is not what its manifest says: it was not read. */
  | "COVERAGE_FILE_DIFFERS"
  /** The folder for profiles in a container cannot be used by its programs. */
  | "COVERAGE_FOLDER_CLOSED"
  /** What should start coverage in a program failed there. */
  | "COVERAGE_HOOK_FAILED"
  /** An image was named that could read profiles, and no unit has any for it. */
  | "COVERAGE_IMAGE_UNUSED"
  /** What should be read is no coverage of a known format, or cannot be read. */
  | "COVERAGE_INPUT_INVALID"
  /** Storage lists names that cannot be files below a folder, such as those with `..`: they were left out. Exit code 1. */
  | "COVERAGE_KEY_REFUSED"
  /** Programs were built with different cover modes: the counts of some lines are hits, those of others only tell that they ran. */
  | "COVERAGE_MODES_MIXED"
  /** Python programs ran, and none of them has coverage.py. */
  | "COVERAGE_MODULE_MISSING"
  /** A container left no profile, and nothing tells why. */
  | "COVERAGE_NOTHING_LEFT"
  /** A rule has nothing to count: it passes where it is about files or changes, and fails where it is about all that there is, or about files while a program left no profile. Exit code 1. */
  | "COVERAGE_NOTHING_TO_COUNT"
  /** A program that ran was not built with coverage. */
  | "COVERAGE_NOT_BUILT"
  /** Meta data of Go, and no counters: the program was killed before it wrote them, or is still running. */
  | "COVERAGE_NOT_FLUSHED"
  /** There is no coverage where it is looked for. */
  | "COVERAGE_NOT_FOUND"
  /** A container's profiles could not be taken, or not all of them. */
  | "COVERAGE_NOT_TAKEN"
  /** A folder or file of merged profiles cannot be written. */
  | "COVERAGE_NOT_WRITTEN"
  /** A profile, or a part of it, is not of its format. Where others can be read without it, it was left out. */
  | "COVERAGE_PROFILE_INVALID"
  /** Counters of Go whose meta data is not among the profiles: they say nothing without it, and were left out. */
  | "COVERAGE_PROFILE_ORPHANED"
  /** A folder of profiles, or a profile, cannot be read. */
  | "COVERAGE_PROFILE_UNREADABLE"
  /** A minimum, a source or another rule on the command line cannot be understood. */
  | "COVERAGE_RULE_INVALID"
  /** The text of a script that ran, or that it was made from, is not at hand: what Node reached of it cannot be counted. */
  | "COVERAGE_SCRIPT_MISSING"
  /** The files that profiles are about are not where the language's tool runs, which needs them. */
  | "COVERAGE_SOURCES_MISSING"
  /** Units of several runs were pulled, and nobody said which of them count. */
  | "COVERAGE_RUNS_DIFFER"
  /** A script's source map is missing or broken: it counts as it ran, not as it was written. */
  | "COVERAGE_SOURCE_MAP_INVALID"
  /** A source that was expected left no profile, or a program of it. Exit code 1. */
  | "COVERAGE_SOURCE_MISSING"
  /** What answers is no storage of the kind that its address says, or does not list what it has. Exit code 3. */
  | "COVERAGE_STORAGE_INVALID"
  /** The storage of units refuses what it is asked: the credentials, the bucket or the folder. */
  | "COVERAGE_STORAGE_REFUSED"
  /** An address of storage is of no known kind or cannot be understood, or that of the proxy on the way to it. */
  | "COVERAGE_STORAGE_UNKNOWN"
  /** The storage of units does not answer, or not now; it was asked several times. Exit code 3. */
  | "COVERAGE_STORAGE_UNREACHABLE"
  /** The language's own tool failed at the profiles, for the reason in the message. */
  | "COVERAGE_TOOL_FAILED"
  /** The language's own tool is not in the image, or too old. */
  | "COVERAGE_TOOL_MISSING"
  /** Less is covered than asked for. Exit code 1. */
  | "COVERAGE_TOO_LOW"
  /** There are no units in storage, or fewer have ended than must have. Exit code 1. */
  | "COVERAGE_UNITS_MISSING"
  /** A unit does not say when its program ended: it was still running, or what sends its profiles was killed. */
  | "COVERAGE_UNIT_UNENDED"
  /** A unit has no manifest, or none that can be understood: it was not read. */
  | "COVERAGE_UNIT_INCOMPLETE"
  /** The project sets a variable of coverage itself: what goes there is not collected. */
  | "COVERAGE_VARIABLE_TAKEN";

/** A problem of coverage as data. */
export function coverageProblem(options: Problem & { code: CoverageErrorCode }): Problem {
  return options;
}

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
