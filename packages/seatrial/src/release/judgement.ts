import type { Digest, Platform, Problem, Proof } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";
import type { SuitePart } from "./suite-attempts.ts";

/** What speaks for an image: a suite that passed on it, whole. */
export interface SuiteEvidence {
  suite: string;
  /** The digest of the image's configuration. */
  configId: Digest;
  platform: Platform;
  proof: Proof | undefined;
  passed: number;
  /** One, or one for each shard that ran elsewhere. */
  parts: SuitePart[];
}

/** The run that checked an image. */
export interface CheckEvidence {
  configId: Digest;
  platform: Platform;
  from: Evidence;
}

/** What the evidence says of an image that is to be released. */
export interface Judgement {
  /** Why it is not released: all reasons at once. Empty: it may be. */
  refusals: Problem[];
  warnings: string[];
  suites: SuiteEvidence[];
  checks: CheckEvidence[];
}
