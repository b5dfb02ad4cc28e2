import type { Digest } from "./digest.ts";
import type { Duration } from "./duration.ts";
import type { ImageIdentity } from "./image.ts";
import type { Proof, RunnerKind } from "./suite.ts";
import type { TestCounts } from "./test-result.ts";

/** What happened in a run: `outcome.json`. */
export interface Outcome {
  version: 1;
  run: string;
  project: string;
  status: OutcomeStatus;
  startedAt: string;
  duration: Duration;
  engine: { name: string; version: string; platform: string };
  source: { commit?: string | undefined; dirty?: boolean | undefined };
  images: ImageIdentity[];
  build?: BuildOutcome | undefined;
  services: ServiceOutcome[];
  suites: SuiteOutcome[];
  /** What ended the run early, or made it fail without a failing test. */
  problems: Problem[];
  warnings: string[];
}

export type OutcomeStatus = "passed" | "failed" | "stopped";

/** A failure as data: what a ToolError says, without its stack. */
export interface Problem {
  code: string;
  message: string;
  hint?: string | undefined;
  /** The service, suite or target it is about. */
  subject?: string | undefined;
  /** The last lines of that subject's log. */
  lastLines?: string[] | undefined;
}

export interface BuildOutcome {
  duration: Duration;
  steps: number;
  cached: number;
}

export interface ServiceOutcome {
  name: string;
  image: string;
  imageId?: Digest | undefined;
  standIn: boolean;
  /** From the start of its container until ready. */
  bootDuration?: Duration | undefined;
  snapshot: "used" | "taken" | "none";
  status: "ready" | "completed" | "failed" | "stopped";
  log: string;
}

export interface SuiteOutcome {
  name: string;
  runner: RunnerKind;
  imageId?: Digest | undefined;
  proof?: Proof | undefined;
  status: "passed" | "failed" | "stopped" | "skipped";
  counts: TestCounts;
  duration: Duration;
  shards: number;
  problem?: Problem | undefined;
  /** Of a suite that failed: the last lines of the services that it needs. */
  serviceLines?: { service: string; log: string; lines: string[] }[] | undefined;
  /** Relative to the run's folder. */
  results: string;
}
