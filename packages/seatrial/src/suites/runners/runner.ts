import type { Agent } from "../../agent/index.ts";
import type { Duration, ImageConfig, Log, Problem, SuiteSpec } from "../../model/index.ts";
import type { GrantProcess } from "../grant.ts";
import type { TestRecorder } from "../recorder.ts";

/** What a runner is given to run one shard of a suite. */
export interface ShardContext {
  agent: Agent;
  spec: SuiteSpec;
  shard: Shard;
  /** What the image says about how it wants to be run. */
  image: ImageConfig;
  /** The environment of the suite's processes, added to the image's. */
  env: Record<string, string>;
  /** Gives each process that runs tests what is its own. Absent: there is nothing to give. */
  grant?: GrantProcess | undefined;
  /** Where Go's programs leave their coverage in the container; absent: none is collected. */
  goCoverFolder?: string | undefined;
  /** `$SEATRIAL_RESULTS` in the container. */
  resultsFolder: string;
  recorder: TestRecorder;
  /** Takes complete lines; waiting for it slows the tests down. */
  log: Pick<Log, "write">;
  warn: (message: string, hint?: string) => void;
  /** Aborts at the suite's limit and when the run is stopped. Processes then get time to end, and reports are still read. */
  signal: AbortSignal;
  /** Why a test that is still running cannot finish, once the signal has aborted. */
  stopReason: () => string;
  /** Milliseconds until the suite's limit. */
  remaining: () => Duration;
  /** Between TERM and KILL. */
  grace: Duration;
  now: () => number;
}

/** One of the parallel parts of a suite, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** What no single test can tell: tests themselves go to the recorder while they run. */
export interface RunnerResult {
  problems: Problem[];
}

/** Runs one shard. Fails only for a bug of ours: everything else is a problem or a failed test. */
export type Runner = (context: ShardContext) => Promise<RunnerResult>;
