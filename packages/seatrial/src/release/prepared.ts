import type { Signer } from "../attest/index.ts";
import type { SuiteOutcome, TagReceipt, TestResult } from "../model/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Judgement } from "./judgement.ts";

/** Everything that is known before anything is changed. */
export interface PreparedRelease {
  candidate: Candidate;
  judgement: Judgement;
  /** In the order in which they are set, with what they name now. */
  tags: TagReceipt[];
  /** Of the suites that count as evidence, where they were kept. */
  tests: Map<SuiteOutcome, TestResult[]>;
}

/** With what a release is attested. */
export interface Signing {
  signer: Signer;
  /** The run's folder, where the bundles are kept too. */
  folder: string;
  /** Of this program. */
  version: string;
  /** Where people see the run. */
  url?: string | undefined;
}
