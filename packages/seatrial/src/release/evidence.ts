import type { Outcome, Problem, SuiteOutcome, TestResult } from "../model/index.ts";
import { releaseError } from "./errors.ts";

/** What one run says, where it was found, and how its tests are read. */
export interface Evidence {
  /** For people: the file, or "this run". */
  place: string;
  outcome: Outcome;
  /** The tests of one of its suites; undefined when they were not kept. Fails with EVIDENCE_INVALID when they are not its own. */
  tests(suite: SuiteOutcome): Promise<TestResult[] | undefined>;
}

/** What was found in some folders. */
export interface FoundEvidence {
  evidence: Evidence[];
  /** Files that are no evidence although they should be. */
  invalid: Problem[];
  warnings: string[];
}

const MEND =
  "It was changed, cut off or written by another version. Remove the run's folder, or name the folders that count with --evidence, and run the suite again.";

/** A file that should be evidence and is not. */
export function evidenceInvalid(place: string, why: string, cause?: unknown): Error {
  return releaseError({ ...evidenceProblem(place, why), code: "EVIDENCE_INVALID", cause });
}

/** The same as data. */
export function evidenceProblem(place: string, why: string): Problem {
  return { code: "EVIDENCE_INVALID", message: `${place} cannot be evidence: ${why}.`, hint: MEND };
}
