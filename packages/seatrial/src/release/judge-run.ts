import type { Problem } from "../model/index.ts";
import { type EvidenceOutcome, statusOf } from "./evidence.ts";
import type { SuitePart } from "./suite-attempts.ts";

/** A suite that passed in a run that failed for a reason of its own is no evidence: what that reason spoils is not known. */
export function judgeRuns(parts: readonly SuitePart[]): Problem[] {
  return parts.flatMap(({ from: { outcome }, suite }) => {
    const why = statusOf(outcome) === "failed" ? ownFailure(outcome) : undefined;
    return why === undefined ? [] : [runFailed({ run: outcome.run, suite: suite.name, why })];
  });
}

/** Why a run failed, beside its suites and checks, which are judged one by one. */
function ownFailure({ problems, suites, check, coverage }: EvidenceOutcome): string | undefined {
  const judged = new Set(suites.filter(({ status }) => status === "failed").map(({ name }) => name));
  if (check?.status === "failed") judged.add("check");
  const own = problems.find(({ subject }) => subject === undefined || !judged.has(subject));
  if (own !== undefined) return own.message;
  if (coverage?.status !== "failed") return undefined;
  const missed = coverage.judgements?.find(({ passed }) => !passed);
  return missed?.problem?.message ?? "its coverage was not enough.";
}

function runFailed({ run, suite, why }: { run: string; suite: string; why: string }): Problem {
  return {
    code: "EVIDENCE_RUN_FAILED",
    message: `Run ${run}, the newest of suite ${suite} on this image, failed although the suite passed: ${why}`,
    hint: "Mend it, and run the tests again: all suites at once, as the run did that failed.",
    subject: suite,
  };
}
