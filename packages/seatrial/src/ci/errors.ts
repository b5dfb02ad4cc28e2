import { type ExitCode, ToolError } from "../support/error.ts";

export type CiErrorCode =
  /** The project has no repository through which the jobs of a pipeline could share an image. */
  | "CI_NO_REPOSITORY"
  /** The project has no suite, and a pipeline without tests would release what nobody tried. */
  | "CI_NO_SUITES"
  /** The project's folder has a name that a shell or a pattern would read as something else. */
  | "CI_FOLDER_UNSUITABLE"
  /** The pipeline's file is there already. */
  | "CI_FILE_EXISTS"
  /** The pipeline's file cannot be written. */
  | "CI_FILE_NOT_WRITTEN";

export interface CiErrorOptions {
  code: CiErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of the making of a pipeline. Exit code 2. */
export function ciError(options: CiErrorOptions): ToolError {
  return new ToolError(options);
}
