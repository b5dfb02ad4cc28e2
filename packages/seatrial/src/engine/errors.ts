import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type EngineErrorCode =
  | "ENGINE_UNREACHABLE"
  | "ENGINE_DENIED"
  | "ENGINE_TOO_OLD"
  | "ENGINE_FAILED"
  | "ENGINE_CONNECTION_LOST"
  | "DOCKER_CONTEXT_UNKNOWN"
  | "DOCKER_HOST_INVALID"
  | "DOCKER_CONFIG_INVALID"
  | "IMAGE_REFERENCE_INVALID"
  | "IMAGE_NOT_FOUND"
  | "IMAGE_PULL_DENIED"
  | "REGISTRY_UNREACHABLE"
  | "CREDENTIALS_FAILED"
  | "NAME_TAKEN"
  | "SUBNET_TAKEN"
  | "NETWORK_IN_USE"
  | "VOLUME_IN_USE"
  | "WORKLOAD_NOT_FOUND";

export interface EngineErrorOptions {
  code: EngineErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of the engine or a registry. Exit code 3 unless said otherwise. */
export function engineError(options: EngineErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.unreachable, ...options });
}
