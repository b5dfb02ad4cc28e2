import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type EngineErrorCode =
  /** The engine did not answer, or not in time. */
  | "ENGINE_UNREACHABLE"
  /** The engine, or what stands before it, did not let us in. */
  | "ENGINE_DENIED"
  /** The engine's API is older than Docker Engine 20.10's. */
  | "ENGINE_TOO_OLD"
  /** The engine refused or failed, for the reason in the message. */
  | "ENGINE_FAILED"
  /** The connection to the engine broke in the middle of an answer or a stream. */
  | "ENGINE_CONNECTION_LOST"
  /** The docker context that was chosen does not exist. Exit code 2. */
  | "DOCKER_CONTEXT_UNKNOWN"
  /** DOCKER_HOST, or a TLS file that goes with it, is not usable. Exit code 2. */
  | "DOCKER_HOST_INVALID"
  /** The engine does not hold the image. Exit code 2 when its registry does not have it either. */
  | "IMAGE_NOT_FOUND"
  /** The registry does not give out the image: no login, no right, or too many requests. */
  | "IMAGE_PULL_DENIED"
  /** The registry does not take the image: no login, no right, or too many requests. */
  | "IMAGE_PUSH_DENIED"
  /** The image could not be uploaded, for the reason in the message. Exit code 2 when its name cannot be pushed. */
  | "IMAGE_PUSH_FAILED"
  /** The engine cannot reach the registry, or does not trust it. */
  | "REGISTRY_UNREACHABLE"
  /** A container or network of this name exists already. */
  | "NAME_TAKEN"
  /** The subnet overlaps with another network. */
  | "SUBNET_TAKEN"
  /** The network still has containers. */
  | "NETWORK_IN_USE"
  /** The volume is still used by a container. */
  | "VOLUME_IN_USE"
  /** The container is gone. */
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
