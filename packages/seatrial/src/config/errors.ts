import { ToolError } from "../support/error.ts";

export type ConfigErrorCode =
  /** The configuration is not valid: broken YAML, an unknown key, a wrong value, or a name that nothing has. */
  | "CONFIG_INVALID"
  /** The folder or configuration file that was named does not exist. */
  | "CONFIG_NOT_FOUND"
  /** The configuration file cannot be read as text. */
  | "CONFIG_UNREADABLE"
  /** `init` found a configuration file, which it never overwrites. */
  | "CONFIG_EXISTS"
  /** `init` could not write the configuration file. */
  | "CONFIG_NOT_WRITTEN"
  /** Several stages are used by no other, and `image.release` does not say which one ships. */
  | "CONFIG_RELEASE_AMBIGUOUS"
  /** The configuration names a stage that the Dockerfile does not have. */
  | "CONFIG_TARGET_UNKNOWN"
  /** There is no Dockerfile, or not where the configuration says. */
  | "DOCKERFILE_NOT_FOUND"
  /** The Dockerfile cannot be read as text. */
  | "DOCKERFILE_UNREADABLE"
  /** The Dockerfile is empty or breaks its own rules. */
  | "DOCKERFILE_INVALID"
  /** A Compose file that was named does not exist. */
  | "COMPOSE_FILE_NOT_FOUND"
  /** A file of `env_file` does not exist. */
  | "ENV_FILE_NOT_FOUND"
  /** A file of `env_file` cannot be read as text. */
  | "ENV_FILE_UNREADABLE"
  /** A line of a file of `env_file` is no `NAME=value`. */
  | "ENV_FILE_INVALID"
  /** A file of container-structure-test that `check.structure` names does not exist. */
  | "STRUCTURE_NOT_FOUND"
  /** A file of container-structure-test is not valid: broken YAML or JSON, an unknown key, a wrong value or expression. */
  | "STRUCTURE_INVALID"
  /** A configuration template that `spaces` names cannot be read as text. */
  | "SPACE_FILE_UNREADABLE"
  /** The file or variable of a build secret is not there. */
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
