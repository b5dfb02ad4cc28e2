import type { Signer } from "../attest/index.ts";
import type { SuiteOutcome, TagReceipt, TestResult } from "../model/index.ts";
import type { Repository } from "../registry/index.ts";
import type { Candidate } from "./candidate.ts";
import type { MayMove } from "./history.ts";
import type { Judgement } from "./judgement.ts";

/** Everything that is known before anything is changed. */
export interface PreparedRelease {
  candidate: Candidate;
  judgement: Judgement;
  /** In the order in which they are set, with what they name now. */
  tags: TagReceipt[];
  /** Whether a floating tag may leave an image for this one; absent: it may. */
  mayMove?: MayMove | undefined;
  /** Of the suites that count as evidence, where they were kept. */
  tests: Map<SuiteOutcome, TestResult[]>;
}

/** Handles on the repositories of a release: one where they are the same, so that each counts all that is asked of its own. */
export interface ReleasePlaces {
  /** Where the image lies. */
  from: Repository;
  /** Where it is released to. */
  to: Repository;
  /** Where images wait for their tests: the tags there say of which commits images are. */
  candidates: Repository;
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
