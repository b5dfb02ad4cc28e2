import type { Digest, Duration, Proof } from "../model/index.ts";
import type { PlatformImage } from "./find-image.ts";
import type { Ignored } from "./ignored.ts";
import type { TestResultClaim } from "./read-test-result.ts";

/** A statement that counts. */
export interface Attestation extends TestResultClaim {
  /** The referrer's manifest. */
  referrer: Digest;
  /** Of the signed statement. */
  payload: Digest;
  keyId: string;
  /** When the last of its runs ended, as its signer says. */
  finishedAt: string;
}

/** What is proved of an image, and what is missing. */
export interface Verification {
  /** As it was asked for. */
  reference: string;
  /** The digest of the manifest behind it, which is what the statements are about. */
  digest: Digest;
  /** The image behind it, or one for each platform of an index. */
  images: PlatformImage[];
  holds: boolean;
  /** Why it does not hold; empty when it does. */
  problems: string[];
  /** What to know of it all the same, in sentences. */
  notes: string[];
  /** By suite, the newest first. */
  attestations: Attestation[];
  /** What is attached and does not count. Strangers can attach anything: it makes no image bad. */
  ignored: Ignored[];
}

/** What statements must say beyond "passed". */
export interface Requirements {
  /**
   * Each of them must be attested; `check` is the checks of the image. Default: all that the keys speak of, what was attested with it
   * included, and at least one.
   */
  suites?: readonly string[] | undefined;
  /** The proofs by which a suite counts. Default: all, and one of the suites must have another one than `sibling`. */
  proofs?: readonly Proof["kind"][] | undefined;
  /** A commit, or the first 7 or more digits of one; the tree had no changes. */
  commit?: string | undefined;
  /** Since the first of a suite's runs ended. */
  maxAge?: Duration | undefined;
}
