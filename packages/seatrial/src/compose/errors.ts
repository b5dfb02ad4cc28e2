import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ComposeErrorCode =
  /** The compose plugin of the docker command line is not installed. Exit code 3. */
  | "COMPOSE_MISSING"
  /** Compose, or what a run asks of its file, finds the Compose file not valid. */
  | "COMPOSE_INVALID"
  /** `docker compose` failed, or its answer is no Compose model. */
  | "COMPOSE_FAILED"
  /** `docker compose` did not answer within its deadline. */
  | "COMPOSE_TIMED_OUT"
  /** The Compose file uses a feature that a run cannot honour. */
  | "COMPOSE_UNSUPPORTED"
  /** A file or folder that a service mounts, or takes as config or secret, cannot be read. */
  | "COMPOSE_SOURCE_MISSING"
  /** Services depend on each other in a circle. */
  | "COMPOSE_CYCLE"
  /** The Compose file has no service of this name. */
  | "COMPOSE_UNKNOWN_SERVICE";

export interface ComposeErrorOptions {
  code: ComposeErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of the Compose file, with exit code 2, or of the plugin that reads it, with 3 where it is not there. */
export function composeError(options: ComposeErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.usage, ...options });
}

export interface Refusal {
  /** Where it is said, for people: `compose.yaml`. */
  file: string;
  /** Absent for what belongs to no service. */
  service?: string | undefined;
  /** The key, with its value where that helps: `network_mode: host`. */
  key: string;
  why: string;
  hint?: string | undefined;
}

/** A Compose feature that a run cannot honour. */
export function unsupported(refusal: Refusal): ToolError {
  const place = refusal.service === undefined ? refusal.file : `service ${refusal.service} (${refusal.file})`;
  return composeError({
    code: "COMPOSE_UNSUPPORTED",
    message: `${refusal.key} of ${place} cannot be honoured in a run: ${refusal.why}`,
    hint: refusal.hint,
  });
}
