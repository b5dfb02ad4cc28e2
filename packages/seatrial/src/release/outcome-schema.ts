import * as v from "valibot";
import { type CheckOutcome, type Digest, RUNNERS, type SuiteOutcome } from "../model/index.ts";
import { type EvidenceOutcome, statusOf } from "./evidence.ts";

const digest = v.custom<Digest>(
  (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value),
  "no digest",
);
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const duration = v.pipe(v.number(), v.minValue(0));
const counts = v.object({ passed: whole, failed: whole, skipped: whole });
const problem = v.object({ code: v.string(), message: v.string(), subject: v.optional(v.string()) });
const status = v.picklist(["passed", "failed", "stopped", "skipped"]);

const image = v.object({
  target: v.string(),
  imageId: digest,
  layers: v.pipe(v.array(digest), v.maxLength(1000)),
  platform: v.string(),
  size: duration,
  manifest: v.optional(digest),
  standIn: v.boolean(),
});

const service = v.object({
  name: v.string(),
  image: v.string(),
  imageId: v.optional(digest),
  manifest: v.optional(digest),
  standIn: v.boolean(),
  snapshot: v.picklist(["used", "taken", "none"]),
  status: v.picklist(["ready", "completed", "failed", "stopped"]),
  log: v.string(),
});

const proof = v.variant("kind", [
  v.object({ kind: v.literal("identical") }),
  v.object({ kind: v.literal("prefix"), extraLayers: whole }),
  v.object({ kind: v.literal("black-box"), service: v.string() }),
  v.object({ kind: v.literal("sibling"), sharedLayers: whole, releaseLayers: whole, testLayers: whole }),
]);

const suite = v.object({
  name: v.string(),
  runner: v.picklist(RUNNERS),
  imageId: v.optional(digest),
  proof: v.optional(proof),
  status,
  counts,
  duration,
  needs: v.optional(v.array(v.string())),
  shards: v.pipe(whole, v.minValue(1)),
  shard: v.optional(v.pipe(whole, v.minValue(1))),
  grep: v.optional(v.string()),
  junit: v.optional(v.object({ file: v.string(), digest })),
  problem: v.optional(problem),
  results: v.string(),
});

const testResult = v.object({
  group: v.string(),
  name: v.string(),
  status: v.picklist(["passed", "failed", "skipped"]),
  duration,
});

const pathList = v.object({ count: whole, paths: v.array(v.string()) });

const reading = v.object({
  test: v.optional(v.object({ imageId: digest })),
  difference: v.optional(v.object({ untested: pathList, unshipped: pathList })),
});

const check = v.object({
  status,
  imageId: digest,
  needs: v.optional(v.array(v.string())),
  counts,
  duration,
  results: v.array(testResult),
  reading: v.optional(reading),
  problem: v.optional(problem),
});

const coverage = v.object({
  status: v.picklist(["passed", "failed"]),
  judgements: v.optional(v.array(v.object({ passed: v.boolean(), problem: v.optional(problem) }))),
});

const pushed = v.object({
  target: v.string(),
  reference: v.pipe(v.string(), v.regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/)),
  digest,
  mediaType: v.string(),
  size: whole,
  imageId: digest,
  layers: v.array(digest),
  platform: v.string(),
});

/** The part of an `outcome.json` that evidence is made of. Unknown fields are left out: later versions may have more. */
export const outcomeSchema = v.object({
  version: v.literal(1),
  run: v.string(),
  project: v.string(),
  status: v.picklist(["passed", "failed", "stopped"]),
  tested: v.optional(v.literal("passed")),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  duration,
  engine: v.object({ name: v.string(), version: v.string(), platform: v.string() }),
  source: v.object({ commit: v.optional(v.string()), dirty: v.optional(v.boolean()) }),
  images: v.array(image),
  services: v.array(service),
  suites: v.array(suite),
  plan: v.optional(digest),
  release: v.optional(v.string()),
  pushed: v.optional(v.array(pushed)),
  check: v.optional(check),
  coverage: v.optional(coverage),
  problems: v.array(problem),
  warnings: v.array(v.string()),
});

/** What an outcome says against itself, as files do that were edited by hand; empty when it holds together. */
export function contradictions(outcome: EvidenceOutcome): string[] {
  const { status, suites, problems } = outcome;
  const names = suites.map(({ name }) => name);
  const [bad] = badParts(outcome);
  const passed = statusOf(outcome) === "passed";
  return [
    ...(passed && bad !== undefined ? [`it passed, ${bad} did not`] : []),
    ...(status === "passed" && problems.length > 0 ? ["it passed and has problems"] : []),
    ...(status === "failed" && problems.length === 0 && bad === undefined
      ? ["it failed, and nothing of it did"]
      : []),
    ...(new Set(names).size < names.length ? ["it has a suite twice"] : []),
    ...suites.flatMap(suiteContradictions),
    ...(outcome.check === undefined ? [] : checkContradictions(outcome.check)),
  ];
}

function badParts({ suites, check, coverage }: EvidenceOutcome): string[] {
  return [
    ...suites.map(({ name, status }) => ({ what: `its suite ${name}`, status })),
    { what: "its check", status: check?.status ?? "passed" },
    { what: "its coverage", status: coverage?.status ?? "passed" },
  ].flatMap(({ what, status }) => (status === "passed" ? [] : [what]));
}

function suiteContradictions({ name, status, counts, problem, ...suite }: SuiteOutcome): string[] {
  const passed = status === "passed";
  return [
    ...(passed && counts.failed > 0 ? [`suite ${name} passed with ${counts.failed} failed tests`] : []),
    ...(passed && problem !== undefined ? [`suite ${name} passed with a problem (${problem.code})`] : []),
    ...(passed && suite.imageId === undefined ? [`suite ${name} passed in no image`] : []),
    ...(suite.shard !== undefined && suite.shard > suite.shards
      ? [`suite ${name} is shard ${suite.shard} of ${suite.shards}`]
      : []),
    ...(status === "skipped" && counts.passed + counts.failed > 0 ? [`suite ${name} ran and did not`] : []),
  ];
}

function checkContradictions({ status, counts, results, problem }: Omit<CheckOutcome, "reading">): string[] {
  const count = (wanted: string) => results.filter((result) => result.status === wanted).length;
  const differs = (["passed", "failed", "skipped"] as const).some((key) => counts[key] !== count(key));
  return [
    ...(differs ? ["its checks are other ones than it counts"] : []),
    ...(status === "passed" && counts.failed > 0 ? [`its checks passed with ${counts.failed} failed`] : []),
    ...(status === "passed" && problem !== undefined
      ? [`its checks passed with a problem (${problem.code})`]
      : []),
  ];
}
