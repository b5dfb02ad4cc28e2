import { type ExitCode, ToolError } from "../support/error.ts";

export type CliErrorCode =
  /** `verify --max-age` is no age. */
  | "AGE_INVALID"
  /** `coverage diff` has no revision that changes are counted from. */
  | "BASE_MISSING"
  /** `shell --command` cannot be split into words. */
  | "COMMAND_INVALID"
  /** `exec` has nothing to run, or it cannot be run. */
  | "COMMAND_NOT_STARTED"
  /** `verify --commit` is no commit. */
  | "COMMIT_INVALID"
  /** `verify --proof` is no kind of proof. Exit code 2. */
  | "PROOF_UNKNOWN"
  /** A number, such as that of `logs --lines`, is none. */
  | "COUNT_INVALID"
  /** A run that ends with a release is to collect no coverage, which the project has rules about. */
  | "COVERAGE_LEFT_OUT"
  /** `coverage report --rules` is about a project that has none. */
  | "COVERAGE_RULES_MISSING"
  /** A length of time, such as that of `up --for`, is none. */
  | "DURATION_INVALID"
  /** A passphrase is needed and not there. */
  | "KEY_PASSPHRASE_MISSING"
  /** The list of pushed images cannot be written. */
  | "IMAGES_NOT_WRITABLE"
  /** The run has no log of this name. */
  | "LOG_NOT_FOUND"
  /** The project names no suites, and none could be guessed. */
  | "NO_SUITES"
  /** Infrastructure of this project is needed, and there is none, or none could be had. */
  | "NOT_UP"
  /** The owner of a kept run did not end within its deadline. Exit code 3. */
  | "OWNER_STUCK"
  /** The passphrase of a new key was typed in two ways. */
  | "PASSPHRASES_DIFFER"
  /** A percentage, such as `coverage report --minimum`, is none. */
  | "PERCENT_INVALID"
  /** There is no image to release: none was pushed or named, and no run here has one. */
  | "RELEASE_IMAGE_MISSING"
  /** The list of pushed images and the newest run are about different images, and none was named. */
  | "RELEASE_IMAGE_UNCLEAR"
  /** There is no such run, or it is not kept any more. */
  | "RUN_NOT_FOUND"
  /** `--shard` is not of the form 2/4. */
  | "SHARD_INVALID"
  /** There is no completion script for this shell. */
  | "SHELL_UNKNOWN"
  /** `gc --max-size` is no size. */
  | "SIZE_INVALID"
  /** `coverage report --source` is not of the form name=input. */
  | "SOURCE_INVALID"
  /** No living run of this user has a space with this id. */
  | "SPACE_NOT_FOUND"
  /** There is a git checkout that git does not read, or not in time, so that nobody knows what would be released. */
  | "SOURCE_UNREADABLE"
  /** A run would end with a release, and the git tree has changes that are in no commit. */
  | "TREE_DIRTY"
  /** `coverage report --image` is not of the form [source=]image, or names two for the same source. */
  | "TOOL_IMAGE_INVALID"
  /** What is up lacks services that are asked for. */
  | "UP_DIFFERS"
  /** `up --env-out` cannot be written. */
  | "ENV_FILE_NOT_WRITTEN"
  /** The user or the system stopped the program with a signal. Exit code 130. */
  | "STOPPED";

export interface CliErrorOptions {
  code: CliErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of a command's own. Exit code 2 unless said otherwise. */
export function cliError(options: CliErrorOptions): ToolError {
  return new ToolError(options);
}
