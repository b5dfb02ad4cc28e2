import { type ExitCode, ToolError } from "../support/error.ts";

export type AttestErrorCode =
  /** What is to be attested has not passed, or does not hold together: another image, several commits, no test. Exit code 1. */
  | "ATTESTATION_REFUSED"
  /** The file of a bundle or a key cannot be written. */
  | "ATTESTATION_NOT_WRITTEN"
  /** There is no manifest under the name that is to be verified. */
  | "ATTESTED_IMAGE_NOT_FOUND"
  /** `key new` found a key file, which it never overwrites. */
  | "KEY_EXISTS"
  /** The text is no ECDSA P-256 key in PEM. */
  | "KEY_INVALID"
  /** The file or variable that should hold a key is not there. */
  | "KEY_NOT_FOUND"
  /** A passphrase is needed and not there. */
  | "KEY_PASSPHRASE_MISSING"
  /** The passphrase does not open the key. */
  | "KEY_PASSPHRASE_WRONG";

export interface AttestErrorOptions {
  code: AttestErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** An error of keys and attestations. Exit code 2 unless said otherwise. */
export function attestError(options: AttestErrorOptions): ToolError {
  return new ToolError(options);
}
