import { type Statement, type TestResultOptions, testResultStatement } from "../attest/index.ts";
import type { Digest, Problem } from "../model/index.ts";
import { familiarName, type RepositoryName } from "../registry/index.ts";
import { type CandidateImage, idsOf } from "./candidate.ts";
import { type EvidenceOutcome, evidenceProblem } from "./evidence.ts";
import type { SuiteEvidence } from "./judgement.ts";
import type { PreparedRelease } from "./prepared.ts";

/**
 * What the tests of the image are worth to others: a statement for each suite that speaks for it, and one for its checks. Each names
 * all of them, so that one which is removed later is missed.
 */
export function statementsOf(options: {
  prepared: PreparedRelease;
  /** Where it is released to. */
  repository: RepositoryName;
  /** Of this program. */
  version: string;
  /** Where people see the run. */
  url?: string | undefined;
}): Statement[] {
  const { prepared, repository, version, url } = options;
  const { candidate, judgement, tests } = prepared;
  const { digest } = candidate.manifest;
  const subjectOf = (imageId: Digest) => ({ name: familiarName(repository), digest, imageId });
  const normalOf = (configId: Digest) => {
    const image = candidate.images.find((each) => each.configId === configId);
    return (outcome: EvidenceOutcome) =>
      image === undefined ? outcome : byConfiguration(outcome, image, digest);
  };
  const suites = attested(judgement.suites).map(({ suite, configId, parts }) => ({
    subject: subjectOf(configId),
    suite,
    outcomes: parts.map(({ from }) => from.outcome).map(normalOf(configId)),
    tests: parts.flatMap((part) => tests.get(part.suite) ?? []),
  }));
  const checks = judgement.checks.flatMap(({ configId, from }) => {
    const { check } = from.outcome;
    if (check === undefined || check.counts.passed === 0) return [];
    return {
      subject: subjectOf(configId),
      suite: "check",
      kind: "check" as const,
      outcomes: [from.outcome].map(normalOf(configId)),
      tests: check.results,
    };
  });
  const all: Omit<TestResultOptions, "attested" | "version">[] = [...suites, ...checks];
  const names = [...new Set(all.map(({ suite }) => suite))];
  return all.map((each) => testResultStatement({ ...each, attested: names, version, url }));
}

/** A statement names the tests: their files must have come along. */
export function missingTests({ judgement, tests }: Pick<PreparedRelease, "judgement" | "tests">): Problem[] {
  return attested(judgement.suites)
    .flatMap(({ parts }) => parts)
    .filter(({ suite }) => !tests.has(suite))
    .map(({ suite, from }) => ({
      ...evidenceProblem(from.place, `the JUnit file of suite ${suite.name} is not beside it`),
      hint: "Attestations name the tests. Keep the whole of .seatrial/runs as an artifact, or release without a key.",
    }));
}

/** What ran in a foreign image proves nothing that could be signed. */
function attested(suites: readonly SuiteEvidence[]): SuiteEvidence[] {
  return suites.filter(({ proof }) => proof !== undefined);
}

/** Engines with the containerd store call an image by its manifest; statements call it by its configuration. */
function byConfiguration(outcome: EvidenceOutcome, image: CandidateImage, index: Digest): EvidenceOutcome {
  const ids = idsOf({ image, index });
  const normal = <T extends { imageId?: Digest | undefined }>(each: T): T =>
    each.imageId !== undefined && ids.includes(each.imageId) ? { ...each, imageId: image.configId } : each;
  const { check, images, suites } = outcome;
  return {
    ...outcome,
    images: images.map(normal),
    suites: suites.map(normal),
    ...(check === undefined ? {} : { check: normal(check) }),
  };
}
