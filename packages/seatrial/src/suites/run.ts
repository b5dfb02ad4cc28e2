import type { LaunchedWorkload } from "../agent/index.ts";
import type { Digest, Problem, Proof, SuiteOutcome, SuiteSpec, TestCounts } from "../model/index.ts";
import { suiteProblem } from "./errors.ts";
import type { GrantProcess } from "./grant.ts";
import { planShards, type ShardPlan, suiteResults } from "./plan.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { runShard, type ShardOptions, type ShardOutcome } from "./shard.ts";
import { count } from "./text.ts";

/** A shard's container, and what its processes are given. */
export interface LaunchedShard extends LaunchedWorkload {
  grant?: GrantProcess | undefined;
  /** Where its processes leave their coverage. */
  coverage?: ShardOptions["coverage"];
}

export interface SuiteOptions
  extends Omit<ShardOptions, "workload" | "shard" | "results" | "grant" | "coverage"> {
  imageId?: Digest | undefined;
  proof?: Proof | undefined;
  /** Gives the shard's container, once everything that the suite needs is ready. It is closed when the shard has ended. */
  launch: (shard: ShardPlan, signal: AbortSignal) => Promise<LaunchedShard>;
  /** The folder of the host for `shard.results`. */
  results: (shard: ShardPlan) => ResultsFolder;
}

/**
 * Runs all shards of a suite at once and sums up what came out. Rejects when a container could not be had, with the launcher's
 * error; the other shards are then stopped.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteOutcome> {
  const { spec, now } = options;
  const started = now();
  const shards = planShards(spec);
  warnOfGrep(options);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const settled = await Promise.allSettled(
    shards.map(async (shard) => {
      try {
        return await runOneShard({ ...options, signal }, shard);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  const outcomes = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  // A launch that was called off is no error of its own.
  if (stop.signal.aborted && !options.signal.aborted) throw stop.signal.reason;
  const problem = judge(spec, outcomes);
  const stopped = options.signal.aborted || outcomes.some((each) => each.status === "stopped");
  const failed = problem !== undefined || outcomes.some((each) => each.status === "failed");
  return {
    name: spec.name,
    runner: spec.runner,
    imageId: options.imageId,
    proof: options.proof,
    status: stopped ? "stopped" : failed ? "failed" : "passed",
    counts: totalOf(outcomes),
    duration: Math.round(now() - started),
    shards: Math.max(shards.length, spec.shards),
    shard: spec.shard,
    grep: spec.grep,
    problem: stopped ? mergeProblems(outcomes.flatMap((each) => each.problems)) : problem,
    results: suiteResults(spec),
  };
}

/** Running everything when a part was asked for is better said than hidden. */
function warnOfGrep({ spec, emit }: SuiteOptions): void {
  if (spec.grep === undefined || spec.runner === "go" || spec.runner === "pytest") return;
  emit({
    type: "warning",
    message: `Suite ${spec.name} runs all of its tests: its runner, ${spec.runner}, cannot filter`,
    hint: `Its command finds ${JSON.stringify(spec.grep)} in $SEATRIAL_GREP.`,
  });
}

async function runOneShard(options: SuiteOptions, shard: ShardPlan): Promise<ShardOutcome> {
  await using workload = await options.launch(shard, options.signal);
  const { grant, coverage } = workload;
  return await runShard({ ...options, workload, shard, grant, coverage, results: options.results(shard) });
}

function totalOf(outcomes: readonly ShardOutcome[]): TestCounts {
  const sum = (key: keyof TestCounts) => outcomes.reduce((total, each) => total + each.counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

function judge(spec: SuiteSpec, outcomes: readonly ShardOutcome[]): Problem | undefined {
  const problem = mergeProblems(outcomes.flatMap((each) => each.problems));
  return problem ?? emptiness(spec, totalOf(outcomes));
}

/** Green because nothing ran is the worst kind of green. */
function emptiness(spec: SuiteSpec, { passed, failed, skipped }: TestCounts): Problem | undefined {
  if (spec.allowEmpty || passed + failed > 0) return undefined;
  // One of several may have nothing to do; who has all of them judges.
  if (spec.shard !== undefined && spec.shards > 1) return undefined;
  const filter = spec.grep === undefined ? "" : ` that matches ${JSON.stringify(spec.grep)}`;
  return suiteProblem({
    code: "SUITE_EMPTY",
    subject: spec.name,
    message:
      skipped > 0
        ? `Suite ${spec.name} ran no test${filter}: ${count(skipped, "test")} skipped`
        : `Suite ${spec.name} ran no test${filter}`,
    hint: "If that is right, set `allow-empty: true`. Otherwise look at where the suite looks for its tests.",
  });
}

/** Several problems as one: the first, with the others named. */
function mergeProblems(problems: readonly Problem[]): Problem | undefined {
  const [first, ...others] = problems;
  const further = [...new Set(others.map((each) => each.message))].filter(
    (message) => message !== first?.message,
  );
  if (first === undefined || further.length === 0) return first;
  return { ...first, message: [first.message, ...further.map((message) => `Also: ${message}`)].join("\n") };
}
