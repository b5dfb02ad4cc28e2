import type { CheckOutcome } from "./check.ts";
import type { CoverageOutcome } from "./coverage.ts";
import type { Digest } from "./digest.ts";
import type { Duration } from "./duration.ts";
import type { ImageIdentity } from "./image.ts";
import type { Problem } from "./problem.ts";
import type { PushedImage, ReleaseReceipt } from "./release.ts";
import type { SpacesOutcome } from "./space.ts";
import type { Proof, RunnerKind } from "./suite.ts";
import type { TestCounts } from "./test-result.ts";

/** What happened in a run: `outcome.json`. */
export interface Outcome {
  version: 1;
  run: string;
  project: string;
  status: OutcomeStatus;
  /** Of a run that ends with a release: it had passed before, and every problem is one of the release. */
  tested?: "passed" | undefined;
  /** ISO 8601, in UTC. */
  startedAt: string;
  duration: Duration;
  /** What ran the containers. */
  engine: { name: string; version: string; platform: string };
  /** The git commit of the project, and whether its tree had changes. */
  source: { commit?: string | undefined; dirty?: boolean | undefined };
  /** The targets that were built. */
  images: ImageIdentity[];
  build?: BuildOutcome | undefined;
  services: ServiceOutcome[];
  suites: SuiteOutcome[];
  /** Clean places in services that tests were given, by definition; absent where there was none. */
  spaces?: SpacesOutcome[] | undefined;
  /** The digest of the plan that was carried out. */
  plan?: Digest | undefined;
  /** The target that ships. */
  release?: string | undefined;
  /** What lies in a registry of the images: what a build pushed, or what was given to be tested. */
  pushed?: PushedImage[] | undefined;
  check?: CheckOutcome | undefined;
  /** What the tests reached; absent where it was not collected. */
  coverage?: CoverageOutcome | undefined;
  receipt?: ReleaseReceipt | undefined;
  /** What ended the run early, or made it fail without a failing test. */
  problems: Problem[];
  warnings: string[];
}

export type OutcomeStatus = "passed" | "failed" | "stopped";

/** What the build took. */
export interface BuildOutcome {
  duration: Duration;
  steps: number;
  /** How many of the steps were not run again. */
  cached: number;
}

/** What became of a service. */
export interface ServiceOutcome {
  name: string;
  /** As the Compose file names it, or `target` and the name of one. */
  image: string;
  imageId?: Digest | undefined;
  /** The manifest by which the engine took it from a registry; absent: it was built or loaded. */
  manifest?: Digest | undefined;
  /** The image is a stand-in made by the rig, not the publisher's. */
  standIn: boolean;
  /** From the start of its container until ready. */
  bootDuration?: Duration | undefined;
  /** Whether it started from a snapshot, or left one for later runs. */
  snapshot: "used" | "taken" | "none";
  status: "ready" | "completed" | "failed" | "stopped";
  /** Its log, relative to the run's folder. */
  log: string;
}

/** What became of a suite. */
export interface SuiteOutcome {
  name: string;
  runner: RunnerKind;
  /** The image that it ran in. */
  imageId?: Digest | undefined;
  proof?: Proof | undefined;
  status: "passed" | "failed" | "stopped" | "skipped";
  counts: TestCounts;
  duration: Duration;
  /** The services that were there for it, what they depend on included; absent in outcomes of the first versions. */
  needs?: string[] | undefined;
  shards: number;
  /** The only shard that ran, from 1, when the others run elsewhere. */
  shard?: number | undefined;
  /** Only tests that match were run. */
  grep?: string | undefined;
  /** Its own JUnit file, relative to the run's folder, and the digest of that file. */
  junit?: { file: string; digest: Digest } | undefined;
  /** How many spaces its tests were given. */
  spaces?: number | undefined;
  /** Why it failed, when the reason is more than a failing test. */
  problem?: Problem | undefined;
  /** Of a suite that failed: the last lines of the services that it needs. */
  serviceLines?: { service: string; log: string; lines: string[] }[] | undefined;
  /** The folder of what it left, relative to the run's folder. */
  results: string;
}
