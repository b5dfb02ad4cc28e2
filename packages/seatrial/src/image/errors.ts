import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ImageErrorCode =
  /** A step of the Dockerfile failed, or the builder did. */
  | "BUILD_FAILED"
  /** The docker command line or its buildx plugin is not installed. Exit code 3. */
  | "BUILDX_MISSING"
  /** An image that is to be tested was not named by its digest. Exit code 2. */
  | "IMAGE_NOT_BY_DIGEST"
  /** A suite runs in a target that is not among the given images. Exit code 2. */
  | "IMAGE_NOT_GIVEN"
  /** A list of pushed images cannot be read. Exit code 2. */
  | "IMAGES_FILE_INVALID"
  /** What lies in the registry is not the image that was built. */
  | "IMAGE_NOT_SAME"
  /** The build succeeded, and the engine does not hold its image. Exit code 3. */
  | "BUILD_IMAGE_LOST";

export interface ImageErrorOptions {
  code: ImageErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  lastLines?: string[] | undefined;
  exitCode?: ExitCode | undefined;
}

/** An error of the build. Exit code 1: the user's Dockerfile did not build. */
export function imageError(options: ImageErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.failed, ...options });
}
