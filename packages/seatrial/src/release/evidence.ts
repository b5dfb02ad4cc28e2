import type {
  CheckOutcome,
  Digest,
  ImageDifference,
  Outcome,
  Problem,
  SuiteOutcome,
  TestResult,
} from "../model/index.ts";
import { releaseError } from "./errors.ts";

/** What counts of the outcome of a run. */
export interface EvidenceOutcome extends Omit<Outcome, "check" | "coverage"> {
  check?: (Omit<CheckOutcome, "reading"> & { reading?: ComparedImages | undefined }) | undefined;
  /** Whether it was enough, and what was asked. */
  coverage?: { status: "passed" | "failed"; judgements?: CoverageVerdict[] | undefined } | undefined;
}

/** How what ships differs from the test image, when the checks have read both. */
interface ComparedImages {
  test?: { imageId: Digest } | undefined;
  difference?: ImageDifference | undefined;
}

interface CoverageVerdict {
  passed: boolean;
  problem?: Problem | undefined;
}

/** What one run says, where it was found, and how its tests are read. */
export interface Evidence {
  /** For people: the file, or "this run". */
  place: string;
  outcome: EvidenceOutcome;
  /** The tests of one of its suites; undefined when they were not kept. Fails with EVIDENCE_INVALID when they are not its own. */
  tests(suite: SuiteOutcome): Promise<TestResult[] | undefined>;
  /** Of the run. */
  folder: string;
}

/** What was found in some folders. */
export interface FoundEvidence {
  evidence: Evidence[];
  invalid: InvalidEvidence[];
  warnings: string[];
}

/** A file that is no evidence although it should be. */
export interface InvalidEvidence {
  problem: Problem;
  /** Somebody named the folder that it is in. */
  isNamed: boolean;
  /** Digests that can still be read in it, among them those of its images. */
  digests: ReadonlySet<string>;
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

/** What the run itself came to, whatever became of a release at its end. */
export function statusOf({ status, tested }: Pick<Outcome, "status" | "tested">): Outcome["status"] {
  return tested ?? status;
}
