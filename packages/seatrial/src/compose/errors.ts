import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ComposeErrorCode =
  | "COMPOSE_MISSING"
  | "COMPOSE_INVALID"
  | "COMPOSE_FAILED"
  | "COMPOSE_TIMED_OUT"
  | "COMPOSE_UNSUPPORTED"
  | "COMPOSE_SOURCE_MISSING"
  | "COMPOSE_CYCLE"
  | "COMPOSE_UNKNOWN_SERVICE";

export interface ComposeErrorOptions {
  code: ComposeErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of the Compose file or of the plugin that reads it. Exit code 2 unless said otherwise. */
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
