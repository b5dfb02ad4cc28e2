import type { Digest, Platform, Problem, Proof } from "../model/index.ts";
import type { KnownCandidate } from "./candidate.ts";
import type { Evidence } from "./evidence.ts";
import { judgeCheck } from "./judge-check.ts";
import { judgeSource, type Source } from "./judge-source.ts";
import { judgeSuite } from "./judge-suite.ts";
import { matchEvidence } from "./match-evidence.ts";
import type { ReleasePlan } from "./plan.ts";
import type { SuitePart } from "./suite-attempts.ts";

/** What speaks for an image: a suite that passed on it, whole. */
export interface SuiteEvidence {
  suite: string;
  /** The digest of the image's configuration. */
  configId: Digest;
  platform: Platform;
  proof: Proof | undefined;
  passed: number;
  /** One, or one for each shard that ran elsewhere. */
  parts: SuitePart[];
}

/** The run that checked an image. */
export interface CheckEvidence {
  configId: Digest;
  platform: Platform;
  from: Evidence;
}

/** What the evidence says of an image that is to be released. */
export interface Judgement {
  /** Why it is not released: all reasons at once. Empty: it may be. */
  refusals: Problem[];
  warnings: string[];
  suites: SuiteEvidence[];
  checks: CheckEvidence[];
}

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
    const judged = judgeProofs({ suites: own, allowSibling: plan.allowSibling });
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

/** At least one suite must speak for what ships; others may have run beside it. */
function judgeProofs(options: { suites: readonly SuiteEvidence[]; allowSibling: boolean }): {
  refusals: Problem[];
  warnings: string[];
} {
  const { suites, allowSibling } = options;
  const silent = suites.filter(({ proof }) => proof === undefined || proof.kind === "sibling");
  if (silent.length === 0) return { refusals: [], warnings: [] };
  const what = silent.map(describeSibling).join("; ");
  if (silent.length < suites.length || allowSibling)
    return { refusals: [], warnings: [`not in the image that ships: ${what}`] };
  const refusal: Problem = {
    code: "EVIDENCE_SIBLING",
    message: `No suite speaks for the image that ships: ${what}.`,
    hint: "Test the release image itself: build the test stage FROM it, or run a suite against it with `app:`. Or release with --allow-sibling.",
  };
  return { refusals: [refusal], warnings: [] };
}

function describeSibling({ suite, proof }: SuiteEvidence): string {
  if (proof?.kind !== "sibling") return `suite ${suite} ran in another image`;
  return `suite ${suite} ran in a sibling that shares ${proof.sharedLayers} of its ${proof.releaseLayers} layers`;
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
