import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type CheckErrorCode =
  /** The layers that the engine gave out are not those of the image, or cannot be read. Exit code 3. */
  | "LAYERS_UNREADABLE"
  /** The engine does not hold the release image any more. Exit code 3. */
  | "CHECK_IMAGE_GONE";

export interface CheckErrorOptions {
  code: CheckErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error that keeps checks from being carried out; what is wrong with an image is an outcome. Exit code 3 unless said otherwise. */
export function checkError(options: CheckErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.unreachable, ...options });
}
