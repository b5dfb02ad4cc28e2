import { type ExtractLimits, engineLoss, type LaunchedWorkload } from "../agent/index.ts";
import type { ContainerCollector } from "../coverage/index.ts";
import {
  type Duration,
  type Emit,
  formatDuration,
  type ImageConfig,
  type Log,
  type Problem,
  type SuiteSpec,
  type TestCounts,
} from "../model/index.ts";
import { withDeadline } from "../support/abort.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { type Collected, collectResults } from "./collect.ts";
import { RESULTS_FOLDER, suiteEnvironment } from "./container.ts";
import { problemOf, suiteError } from "./errors.ts";
import type { GrantProcess } from "./grant.ts";
import { prepareContainer } from "./prepare.ts";
import { createRecorder, type RunningTest, type TestRecorder } from "./recorder.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { Runner, Shard } from "./runners/runner.ts";
import { runnerFor } from "./runners/select.ts";
import { commandText } from "./text.ts";

const DEFAULT_GRACE = 5_000;
const MOST_NAMED = 5;
const LINES = 20;

export interface ShardOptions {
  workload: Pick<LaunchedWorkload, "agent" | "exit">;
  run: string;
  spec: SuiteSpec;
  shard: Shard;
  /** The image's own settings. */
  image: ImageConfig;
  /** The user's environment, of which `CI` is passed on. */
  host: Record<string, string | undefined>;
  emit: Emit;
  log: Pick<Log, "write" | "lastLines">;
  /** Gives each process that runs tests what is its own. */
  grant?: GrantProcess | undefined;
  /** Gives the processes' variables those of coverage. Absent: none is collected. */
  coverage?: Pick<ContainerCollector, "environment"> | undefined;
  /** Takes the shard's files. */
  results: ResultsFolder;
  limits?: ExtractLimits | undefined;
  /** Between TERM and KILL. Default 5 s. */
  grace?: Duration | undefined;
  /** `$SEATRIAL_RESULTS`. Default `/seatrial-results`. */
  resultsFolder?: string | undefined;
  now: () => number;
  /** Told when the shard was cut short by an engine that is away: a failure of the run, not of the suite. */
  onEngineLost: (error: ToolError) => void;
  /** Its abort stops the shard; what it has by then is kept. */
  signal: AbortSignal;
}

export interface ShardOutcome {
  index: number;
  /** Whether it ran no test is for its suite to judge. */
  status: "passed" | "failed" | "stopped";
  counts: TestCounts;
  duration: Duration;
  problems: Problem[];
  collected: Collected;
}

/** Runs one shard in its container and takes its files, however it ends. Rejects only for a bug of ours. */
export async function runShard(options: ShardOptions): Promise<ShardOutcome> {
  const { spec, shard, emit, now } = options;
  const started = now();
  const recorder = createRecorder({ suite: spec.name, shard: shard.index, emit, now });
  const problems = await runWithinLimit({ ...options, recorder, started });
  const lost = problems.find((problem) => problem.code === "AGENT_LOST");
  const away = lost === undefined ? undefined : await engineLoss(options.workload.exit, lost);
  if (away !== undefined) options.onEngineLost(away);
  const collected = await collectResults({
    agent: options.workload.agent,
    suite: spec.name,
    resultsFolder: options.resultsFolder ?? RESULTS_FOLDER,
    artifacts: spec.artifacts,
    into: options.results,
    limits: options.limits,
  });
  for (const message of collected.warnings) emit({ type: "warning", message });
  // A lost agent gives no files either; it was said already.
  if (collected.problem !== undefined && lost === undefined) problems.push(collected.problem);
  const counts = recorder.counts();
  const failed = counts.failed > 0 || problems.length > 0;
  return {
    index: shard.index,
    status: options.signal.aborted ? "stopped" : failed ? "failed" : "passed",
    counts,
    duration: Math.round(now() - started),
    problems,
    collected,
  };
}

async function runWithinLimit(
  options: ShardOptions & { recorder: TestRecorder; started: number },
): Promise<Problem[]> {
  const { spec, recorder, now, started, log } = options;
  let late: ToolError | undefined;
  using deadline = withDeadline(options.signal, {
    ms: spec.timeout,
    error: () => {
      late = timedOut(spec, recorder.running(), log.lastLines(LINES));
      return late;
    },
  });
  const stopReason = () =>
    late === undefined
      ? "did not finish: it was stopped"
      : `was still running when the suite's limit of ${formatDuration(spec.timeout)} was reached`;
  const problems: Problem[] = [];
  try {
    await prepareContainer({
      ...options.workload,
      spec,
      resultsFolder: options.resultsFolder,
      signal: deadline.signal,
    });
    const run: Runner = await runnerFor(spec.runner);
    const env = environmentOf(options);
    const result = await run({
      ...options,
      agent: options.workload.agent,
      env,
      goCoverFolder: options.coverage && env["GOCOVERDIR"],
      resultsFolder: options.resultsFolder ?? RESULTS_FOLDER,
      warn: (message, hint) => options.emit({ type: "warning", message, hint }),
      signal: deadline.signal,
      stopReason,
      remaining: () => Math.max(0, spec.timeout - (now() - started)),
      grace: options.grace ?? DEFAULT_GRACE,
    });
    problems.push(...result.problems);
  } catch (error) {
    if (!deadline.signal.aborted || isToolError(error, "AGENT_LOST")) {
      if (!isToolError(error)) throw error;
      problems.push(problemOf(error, spec.name));
    }
  }
  if (late !== undefined) problems.unshift(problemOf(late, spec.name));
  const reason = problems[0]?.message;
  recorder.failUnfinished(
    deadline.signal.aborted ? stopReason() : `did not finish: ${reason ?? "its process ended"}`,
  );
  return problems;
}

function environmentOf(options: ShardOptions): Record<string, string> {
  const { resultsFolder, coverage, image } = options;
  const plain = suiteEnvironment(options);
  const env = coverage?.environment(image.env, plain).env ?? plain;
  return resultsFolder === undefined ? env : { ...env, SEATRIAL_RESULTS: resultsFolder };
}

function timedOut(spec: SuiteSpec, running: readonly RunningTest[], lastLines: string[]): ToolError {
  const shown = running
    .slice(0, MOST_NAMED)
    .map((test) => `${test.group} ${test.name} (${formatDuration(test.duration)})`);
  if (running.length > MOST_NAMED) shown.push(`${running.length - MOST_NAMED} more`);
  const command = spec.command === undefined ? "its command" : commandText(spec.command);
  const what = running.length === 0 ? command : shown.join(", ");
  return suiteError({
    code: "SUITE_TIMED_OUT",
    message: `Suite ${spec.name} was not done within ${formatDuration(spec.timeout)}; running then: ${what}`,
    hint: "Look at what hangs there, or raise the suite's `timeout`. The tests that were done by then are counted.",
    lastLines,
  });
}
