import type { CheckOutcome, Digest, Outcome, Proof, TestCounts, TestResult } from "../model/index.ts";
import { attestError } from "./errors.ts";

/** What is attested of the outcome of a run. */
export interface TestedOutcome extends Omit<Outcome, "check" | "coverage"> {
  check?: Omit<CheckOutcome, "reading"> | undefined;
}

/** What one run says of a suite, or of the checks of the image. */
export interface Part {
  outcome: TestedOutcome;
  status: string;
  counts: TestCounts;
  proof: Proof;
  shards: number;
  shard?: number | undefined;
  junit?: Digest | undefined;
  /** What it ran in or looked at. */
  imageId?: Digest | undefined;
  /** The services that were there for it; absent: nobody says, so that all of the run's may have been. */
  needs?: readonly string[] | undefined;
}

/** What is to be attested, and the runs that speak of it: one, or one for each shard that ran elsewhere. */
export interface Evidence {
  suite: string;
  kind: "suite" | "check";
  outcomes: readonly TestedOutcome[];
  /** The configuration of the image that ships. */
  imageId: Digest;
  tests: readonly TestResult[];
}

/** The parts of a suite, the first one first. Fails with ATTESTATION_REFUSED unless they prove that all of it passed for this image. */
export function partsOf(evidence: Evidence): Part[] {
  const parts = evidence.outcomes.map((outcome) => partOf(evidence, outcome)).sort(byStart);
  const [first] = parts;
  if (first === undefined) throw refused(evidence, "no run has it");
  for (const part of parts) {
    if (part.status !== "passed" || part.counts.failed > 0)
      throw refused(evidence, `it ended as ${part.status} in run ${part.outcome.run}`);
    checkImage(evidence, part);
  }
  if (parts.every(({ counts }) => counts.passed === 0)) throw refused(evidence, "no test passed");
  checkTests(evidence);
  if (differ(parts, ({ outcome }) => outcome.source.commit))
    throw refused(evidence, "its runs are of several commits");
  if (differ(parts, ({ proof }) => JSON.stringify(proof)))
    throw refused(evidence, "its runs prove different things");
  checkShards(evidence, parts);
  return parts;
}

function partOf(evidence: Evidence, outcome: TestedOutcome): Part {
  const { suite, kind } = evidence;
  if (kind === "check") {
    if (outcome.check === undefined) throw refused(evidence, `run ${outcome.run} has no checks`);
    const { status, counts, imageId, needs } = outcome.check;
    if (imageId !== evidence.imageId) throw refused(evidence, `run ${outcome.run} looked at another image`);
    return { outcome, status, counts, proof: { kind: "identical" }, shards: 1, imageId, needs };
  }
  const found = outcome.suites.find(({ name }) => name === suite);
  if (found === undefined) throw refused(evidence, `run ${outcome.run} does not have it`);
  const { status, counts, proof, shards, shard, junit, imageId, needs } = found;
  if (proof === undefined) throw refused(evidence, `run ${outcome.run} does not say what it proves`);
  if (proof.kind === "identical" && found.imageId !== evidence.imageId)
    throw refused(evidence, `run ${outcome.run} ran it in another image`);
  return { outcome, status, counts, proof, shards, shard, junit: junit?.digest, imageId, needs };
}

/** A proof of any kind speaks of the image that shipped in its run, which must be this one. */
function checkImage(evidence: Evidence, { outcome }: Part): void {
  const ships = releaseImage(outcome);
  if (ships?.imageId !== evidence.imageId)
    throw refused(evidence, `run ${outcome.run} is about ${ships?.imageId ?? "no image that ships"}`);
}

/** The names of tests come from files beside the outcomes, which could be others'. */
function checkTests(evidence: Evidence): void {
  const failed = evidence.tests.find(({ status }) => status === "failed");
  if (failed !== undefined) throw refused(evidence, `its test ${failed.name} failed`);
  if (!evidence.tests.some(({ status }) => status === "passed"))
    throw refused(evidence, "the names of its tests are not known");
}

function checkShards(evidence: Evidence, parts: readonly Part[]): void {
  if (parts.length === 1 && parts[0]?.shard === undefined) return;
  const shards = Math.max(...parts.map((part) => part.shards));
  const numbers = parts.map(({ shard }) => shard ?? 0).sort((a, b) => a - b);
  const complete = numbers.length === shards && numbers.every((number, index) => number === index + 1);
  if (!complete || differ(parts, (part) => part.shards))
    throw refused(evidence, `its runs are the shards ${numbers.join(", ")} of ${shards}`);
}

/** The image of the target that ships. */
export function releaseImage(outcome: TestedOutcome) {
  return outcome.images.find(({ target }) => target === outcome.release);
}

function differ<T>(parts: readonly Part[], value: (part: Part) => T): boolean {
  return new Set(parts.map(value)).size > 1;
}

function byStart(a: Part, b: Part): number {
  const [left, right] = [a, b].map(
    ({ outcome, shard = 0 }) => `${outcome.startedAt} ${outcome.run} ${shard}`,
  );
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

function refused({ suite, imageId }: Evidence, why: string) {
  return attestError({
    code: "ATTESTATION_REFUSED",
    message: `${suite} cannot be attested for ${imageId}: ${why}.`,
    hint: "Run it again against the image that is to be released.",
    exitCode: 1,
  });
}
