import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ImageErrorCode = "BUILD_FAILED" | "BUILDX_MISSING" | "BUILD_SECRET_MISSING" | "BUILD_IMAGE_LOST";

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
