import type { Digest, Problem } from "../model/index.ts";
import type { KnownCandidate } from "./candidate.ts";
import type { Evidence } from "./evidence.ts";
import { judgeCheck } from "./judge-check.ts";
import { judgeProofs } from "./judge-proofs.ts";
import { judgeSource, type Source } from "./judge-source.ts";
import { judgeSuite } from "./judge-suite.ts";
import type { CheckEvidence, Judgement, SuiteEvidence } from "./judgement.ts";
import { matchEvidence } from "./match-evidence.ts";
import type { ReleasePlan } from "./plan.ts";

export interface JudgeOptions {
  plan: Pick<ReleasePlan, "suites" | "checks" | "allowSibling" | "allowDirty">;
  project: string;
  candidate: KnownCandidate;
  evidence: readonly Evidence[];
  /** The tree that the release is made from, and the one that the image was built from, where they are known. */
  source: { now?: Source | undefined; built?: Source | undefined };
}

/** Judges whether an image may be released: pure, and complete in what it refuses. */
export function judgeEvidence(options: JudgeOptions): Judgement {
  const { plan, candidate, source } = options;
  const refusals: Problem[] = [];
  const warnings: string[] = [];
  const suites: SuiteEvidence[] = [];
  const checks: CheckEvidence[] = [];
  const used: Evidence[] = [];
  for (const image of candidate.images) {
    const matched = matchEvidence({ ...options, image });
    refusals.push(...matched.refusals);
    if (matched.evidence.length === 0) continue;
    const about = { configId: image.configId, platform: image.platform };
    const commit = source.now?.commit ?? source.built?.commit;
    for (const required of plan.suites) {
      const judged = judgeSuite({ required, evidence: matched.evidence, commit });
      refusals.push(...judged.refusals);
      warnings.push(...judged.warnings);
      used.push(...judged.parts.map(({ from }) => from));
      if (judged.counts) suites.push({ suite: required.name, ...about, ...judged });
    }
    const check = judgeCheck({ required: plan.checks, evidence: matched.evidence, commit });
    refusals.push(...check.refusals);
    if (check.from !== undefined) {
      checks.push({ ...about, from: check.from });
      used.push(check.from);
    }
    const own = suites.filter(({ configId }) => configId === image.configId);
    if (own.length === 0 && refusals.length === 0) refusals.push(nothingRan(image.configId));
    const judged = judgeProofs({
      suites: own,
      evidence: matched.evidence,
      allowSibling: plan.allowSibling,
    });
    refusals.push(...judged.refusals);
    warnings.push(...judged.warnings);
  }
  const judged = judgeSource({ used, allowDirty: plan.allowDirty, ...source });
  return {
    refusals: distinct([...refusals, ...judged.refusals]),
    warnings: [...new Set([...warnings, ...judged.warnings, ...standIns(used)])],
    suites,
    checks,
  };
}

/** A project without suites, or with none that found a test, has no evidence however green it is. */
function nothingRan(configId: Digest): Problem {
  return {
    code: "RELEASE_NO_EVIDENCE",
    message: `No test was run on the image ${configId}.`,
    hint: "A release needs a suite that speaks for its image.",
  };
}

function standIns(used: readonly Evidence[]): string[] {
  const names = used.flatMap(({ outcome }) => [
    ...outcome.images.filter(({ standIn }) => standIn).map(({ target }) => `target ${target}`),
    ...outcome.services.filter(({ standIn }) => standIn).map(({ name }) => `service ${name}`),
  ]);
  const unique = [...new Set(names)].sort();
  return unique.length === 0
    ? []
    : [`stand-ins made by the rig, not the publishers' images: ${unique.join(", ")}`];
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()];
}
