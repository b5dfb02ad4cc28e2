import { ToolError } from "../support/error.ts";

export type ConfigErrorCode =
  | "CONFIG_INVALID"
  | "CONFIG_NOT_FOUND"
  | "CONFIG_UNREADABLE"
  | "CONFIG_EXISTS"
  | "CONFIG_NOT_WRITTEN"
  | "CONFIG_RELEASE_AMBIGUOUS"
  | "CONFIG_TARGET_UNKNOWN"
  | "DOCKERFILE_NOT_FOUND"
  | "DOCKERFILE_UNREADABLE"
  | "DOCKERFILE_INVALID"
  | "COMPOSE_FILE_NOT_FOUND"
  | "ENV_FILE_NOT_FOUND"
  | "ENV_FILE_UNREADABLE"
  | "ENV_FILE_INVALID"
  | "SECRET_NOT_FOUND";

export interface ConfigErrorOptions {
  code: ConfigErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
}

/** An error in what the user wrote, or in where it is. Exit code 2. */
export function configError(options: ConfigErrorOptions): ToolError {
  return new ToolError(options);
}
