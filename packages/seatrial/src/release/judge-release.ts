import type { Problem } from "../model/index.ts";
import { isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { idsOf } from "./candidate.ts";
import { type CoverageGate, countedRuns } from "./coverage-gate.ts";
import type { FoundEvidence } from "./evidence.ts";
import { type JudgeOptions, judgeEvidence } from "./judge-evidence.ts";
import { judgeInvalid } from "./judge-invalid.ts";
import type { Judgement } from "./judgement.ts";
import type { ReleasePlan } from "./plan.ts";
import type { PreparedRelease, Signing } from "./prepared.ts";
import { missingTests } from "./statements.ts";

/** Judges everything that a release needs beside the registry: the evidence, and the files that it is made of. */
export async function judgeRelease(
  options: Omit<JudgeOptions, "evidence" | "plan"> & {
    plan: ReleasePlan;
    found: FoundEvidence;
    coverage?: CoverageGate | undefined;
    signing?: Signing | undefined;
  },
): Promise<Pick<PreparedRelease, "judgement" | "tests">> {
  const { plan, found, candidate, signing } = options;
  const judgement = judgeEvidence({ ...options, evidence: found.evidence });
  const index = candidate.manifest.digest;
  const unread = judgeInvalid({
    ...found,
    ids: candidate.images.flatMap((image) => idsOf({ image, index })),
  });
  const { tests, invalid } = await readTests(judgement);
  const unnamed = signing === undefined || invalid.length > 0 ? [] : missingTests({ judgement, tests });
  const coverage = await judgeCoverage(judgement, options.coverage);
  return {
    tests,
    judgement: {
      ...judgement,
      refusals: [...unread.refusals, ...judgement.refusals, ...coverage.refusals, ...invalid, ...unnamed],
      warnings: [
        ...plan.warnings,
        ...found.warnings,
        ...unread.warnings,
        ...judgement.warnings,
        ...coverage.warnings,
        ...(signing === undefined ? [NOT_ATTESTED] : []),
      ],
    },
  };
}

const NOT_ATTESTED =
  "not attested: there is no key. Make one with `seatrial key new`, and put it in SEATRIAL_KEY";

/** Where a suite is missing or failed, what all of them reach together is not known yet. */
async function judgeCoverage({ refusals, suites }: Judgement, gate: CoverageGate | undefined) {
  if (gate === undefined || refusals.length > 0) return { refusals: [], warnings: [] };
  return await gate(countedRuns(suites));
}

async function readTests(
  judgement: Judgement,
): Promise<{ tests: PreparedRelease["tests"]; invalid: Problem[] }> {
  const tests: PreparedRelease["tests"] = new Map();
  const invalid: Problem[] = [];
  for (const { suite, from } of judgement.suites.flatMap(({ parts }) => parts)) {
    try {
      const read = await from.tests(suite);
      if (read !== undefined) tests.set(suite, read);
    } catch (error) {
      if (!isToolError(error, "EVIDENCE_INVALID")) throw error;
      invalid.push(problemOf(error));
    }
  }
  return { tests, invalid };
}
