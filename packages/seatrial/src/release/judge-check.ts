import type { Problem } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";

/**
 * Judges the checks of an image by the newest run that made them, whatever became of that run: they are about the image alone. Its
 * suites and coverage are judged by themselves.
 */
export function judgeCheck(options: {
  required: boolean;
  /** About this image. */
  evidence: readonly Evidence[];
  commit?: string | undefined;
}): { from?: Evidence | undefined; refusals: Problem[] } {
  const { required, evidence, commit } = options;
  const checked = evidence
    .filter(({ outcome }) => outcome.check?.status === "passed" || outcome.check?.status === "failed")
    .sort((a, b) => (a.outcome.startedAt < b.outcome.startedAt ? 1 : -1));
  const from = checked.find(({ outcome }) => (outcome.source.commit ?? commit) === commit) ?? checked[0];
  if (from === undefined) return { refusals: required ? [missing()] : [] };
  if (from.outcome.check?.status === "failed") return { refusals: [failed(from)] };
  return { from, refusals: [] };
}

function missing(): Problem {
  return {
    code: "EVIDENCE_CHECK_MISSING",
    message: "The project checks its release image, and this one was not checked.",
    hint: "Run `seatrial check` on it.",
    subject: "check",
  };
}

function failed({ outcome }: Evidence): Problem {
  const names =
    outcome.check?.results
      .filter(({ status }) => status === "failed")
      .map(({ group, name }) => `${group} ${name}`) ?? [];
  const what =
    names.length === 0
      ? (outcome.check?.problem?.message ?? "no reason given")
      : names.slice(0, 3).join(", ");
  return {
    code: "EVIDENCE_CHECK_FAILED",
    message: `The checks of this image failed in run ${outcome.run}: ${what}.`,
    hint: "Mend what they found, build and test again.",
    subject: "check",
  };
}
