import type { Problem, Proof } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";
import { judgeRuns } from "./judge-run.ts";
import type { RequiredSuite } from "./plan.ts";
import { type Attempts, attemptsOf, type SuitePart } from "./suite-attempts.ts";

export interface JudgedSuite {
  /** It passed, and speaks for the image as far as its proof goes. */
  counts: boolean;
  proof: Proof | undefined;
  passed: number;
  parts: SuitePart[];
  refusals: Problem[];
  warnings: string[];
}

/**
 * Judges one suite by its newest whole attempt on the image, one of this commit before others. That one failed, or a part of the suite
 * since, is not made good by an older one that passed.
 */
export function judgeSuite(options: {
  required: RequiredSuite;
  /** About this image. */
  evidence: readonly Evidence[];
  commit?: string | undefined;
}): JudgedSuite {
  const { required, evidence, commit } = options;
  const ofCommit = evidence.filter(({ outcome }) => (outcome.source.commit ?? commit) === commit);
  const own = attemptsOf(required.name, ofCommit);
  const attempts = own.newest === undefined ? attemptsOf(required.name, evidence) : own;
  const { newest } = attempts;
  const since = attempts.failedSince.map(failure);
  if (newest === undefined) return refused([missing(required.name, attempts), ...since]);

  const { parts } = newest;
  const failed = parts.find(({ suite }) => suite.status === "failed");
  if (failed !== undefined) return refused([failure(failed)], parts);
  if (since.length > 0) return refused(since, parts);
  const proofs = new Set(parts.map(({ suite }) => JSON.stringify(suite.proof)));
  if (proofs.size > 1) return refused([mixed(required.name)], parts);
  const failedRuns = judgeRuns(parts);
  if (failedRuns.length > 0) return refused(failedRuns, parts);
  const passed = parts.reduce((sum, { suite }) => sum + suite.counts.passed, 0);
  const proof = parts[0]?.suite.proof;
  if (passed > 0) return { counts: true, proof, passed, parts, refusals: [], warnings: [] };
  if (!required.allowEmpty) return refused([empty(required.name, parts)], parts);
  const warnings = [`suite ${required.name} passed without a test, and speaks for nothing`];
  return { ...refused([], parts), warnings };
}

function refused(refusals: Problem[], parts: SuitePart[] = []): JudgedSuite {
  return { counts: false, proof: undefined, passed: 0, parts, refusals, warnings: [] };
}

function missing(name: string, { missing, passedOver }: Attempts): Problem {
  const reasons = passedOver.length === 0 ? "" : ` (${passedOver.slice(0, 3).join("; ")})`;
  return {
    code: "EVIDENCE_SUITE_MISSING",
    message:
      missing.length > 0
        ? `Suite ${name} was run on this image in part only: there is no shard ${missing.join(", ")}${reasons}.`
        : `Suite ${name} was not run on this image${reasons}.`,
    hint: `Run \`seatrial test ${name}\` on it, all of it. Runs of other jobs count when their .seatrial/runs are brought along.`,
    subject: name,
  };
}

function failure({ suite, from }: SuitePart): Problem {
  const { failed } = suite.counts;
  const what = [
    `Suite ${suite.name}`,
    ...(suite.shard === undefined ? [] : [`shard ${suite.shard} of ${suite.shards}`]),
    ...(suite.grep === undefined ? [] : [`tests that match ${JSON.stringify(suite.grep)}`]),
  ];
  const why = suite.problem === undefined ? `${failed} failed` : suite.problem.message;
  return {
    code: "EVIDENCE_SUITE_FAILED",
    message: `${what.join(", ")}${what.length > 1 ? "," : ""} failed when it was last run on this image, in run ${from.outcome.run}: ${why}.`,
    hint:
      suite.grep === undefined
        ? "Mend it, or run it again if what failed was not the image."
        : "Mend it, and run these tests again. All of the suite makes up for them too, and is the only way where the runner did not take the pattern.",
    subject: suite.name,
  };
}

function empty(name: string, parts: readonly SuitePart[]): Problem {
  const skipped = parts.reduce((sum, { suite }) => sum + suite.counts.skipped, 0);
  return {
    code: "EVIDENCE_SUITE_EMPTY",
    message: `Suite ${name} passed without a single test${skipped > 0 ? `: all ${skipped} were skipped` : ""}.`,
    hint: "Look at where it looks for its tests. If that is right, say `allow-empty: true`.",
    subject: name,
  };
}

function mixed(name: string): Problem {
  return {
    code: "EVIDENCE_SUITE_MISSING",
    message: `The shards of suite ${name} ran in different images.`,
    hint: "Run all of them with the same --images.",
    subject: name,
  };
}
