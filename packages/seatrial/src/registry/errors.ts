import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type RegistryErrorCode =
  /** The docker configuration cannot be read: its file is broken, or its folder is none. Exit code 2. */
  | "DOCKER_CONFIG_INVALID"
  /** This is not the name of an image. Exit code 2. */
  | "IMAGE_REFERENCE_INVALID"
  /** A credential helper of the docker configuration failed. */
  | "CREDENTIALS_FAILED"
  /** The registry cannot be reached, does not answer, or is not trusted. */
  | "REGISTRY_UNREACHABLE"
  /** The registry wants a login, does not accept the one there is, or gives it no right to what was asked. */
  | "REGISTRY_DENIED"
  /** The registry had too many requests, and did not take ours within the time that we wait. */
  | "REGISTRY_LIMITED"
  /** The registry refused what was asked or pushed, for the reason in the message. */
  | "REGISTRY_REFUSED"
  /** The registry failed, or its answer makes no sense. */
  | "REGISTRY_FAILED"
  /** Bytes are not what their digest says. */
  | "REGISTRY_DIGEST_MISMATCH"
  /** The certificates for a registry, or the proxy to it, cannot be used. Exit code 2. */
  | "REGISTRY_SETTINGS_INVALID"
  /** The registry does not have a blob that was asked for. */
  | "BLOB_NOT_FOUND"
  /** What a tag or digest names is no manifest, or one that is larger or deeper than any real one. */
  | "MANIFEST_INVALID"
  /** The tag that stands in for the referrers API holds something else. */
  | "REFERRERS_TAG_TAKEN"
  /** A manifest was attached to another one, and the registry does not list it there. */
  | "REFERRER_NOT_LISTED";

export interface RegistryErrorOptions {
  code: RegistryErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of a registry or of the way to it. Exit code 3 unless said otherwise. */
export function registryError(options: RegistryErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.unreachable, ...options });
}
