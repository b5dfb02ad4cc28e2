import type { Digest } from "../model/index.ts";

/** Something that is attached to an image and speaks for nothing, and why. */
export interface Ignored extends Objection {
  /** The referrer's manifest. */
  referrer: Digest;
}

/** Why something does not count. */
export interface Objection {
  why: IgnoredWhy;
  /** The same for people. It may quote what strangers wrote. */
  message: string;
  /** The suite, where a key that was given signed it. */
  suite?: string | undefined;
}

export type IgnoredWhy =
  /** It is no Sigstore bundle: a list of parts, a signature of another kind. */
  | "other-artifact"
  /** It should be a bundle, and is none that can be used. */
  | "unusable"
  | "too-large"
  | "too-many"
  /** The signature is of none of the keys. */
  | "unknown-key"
  /** It names one of the keys, and what is signed was changed. */
  | "changed"
  /** It speaks of another image: another manifest, another configuration, more than one. */
  | "other-image"
  /** Signed, and no test result of Seatrial's. */
  | "other-statement"
  /** Signed, and it does not say that tests passed. */
  | "not-passed"
  /** Signed, and of another commit, or of a tree that no commit has. */
  | "other-commit"
  /** Signed, and what it ran in proves less than is required. */
  | "other-proof"
  /** Signed, and older than allowed, or from the future. */
  | "too-old";
