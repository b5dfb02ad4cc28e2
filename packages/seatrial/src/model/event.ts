import type { Duration } from "./duration.ts";
import type { Outcome } from "./outcome.ts";
import type { Problem } from "./problem.ts";
import type { SpaceSummary } from "./space.ts";
import type { TestCounts, TestResult } from "./test-result.ts";

/** What the parts of a run are. */
export type NodeKind = "build" | "network" | "service" | "suite" | "check" | "coverage" | "release";

/** A part of a run that people follow: the build, a service, a suite. */
export interface NodeRef {
  kind: NodeKind;
  name: string;
}

export type NodeState = "waiting" | "running" | "passed" | "failed" | "skipped" | "stopped";

/** Everything that a run tells. Terminal, JUnit, JSON and the files in the run's folder are subscribers of this. */
export type RunEvent =
  /** The first event: where the run's results go, and the parts that it has. */
  | { type: "run-started"; run: string; project: string; folder: string; nodes: NodeRef[] }
  /** A part begins; the note says with what. */
  | { type: "node-started"; node: NodeRef; note?: string | undefined }
  /** What the node is doing right now: `postgres: waiting for port 5432 (connection refused)`. */
  | { type: "node-progress"; node: NodeRef; note: string }
  /** A part has ended: the build, a service that is ready or has completed, a suite. */
  | {
      type: "node-finished";
      node: NodeRef;
      state: "passed" | "failed" | "skipped" | "stopped";
      duration: Duration;
      /** How it ended, in a word or two. */
      note?: string | undefined;
      /** What else there is to know, in one line. */
      detail?: string | undefined;
      counts?: TestCounts | undefined;
      problem?: Problem | undefined;
    }
  /** Whole lines of a part's output, secrets replaced. They are in the log files, and in no stream of JSON. */
  | { type: "output"; node: NodeRef; stream: "stdout" | "stderr"; text: string }
  /** A test begins, where the runner tells it. */
  | { type: "test-started"; suite: string; shard: number; group: string; name: string }
  /** A test has ended. A case of a check is one of the suite `check`, with shard 0. */
  | { type: "test-finished"; suite: string; shard: number; test: TestResult }
  /** A space of a test that failed stays, for somebody to look into. */
  | { type: "space-kept"; space: SpaceSummary }
  /** What is likely not meant, and stops nothing. */
  | { type: "warning"; message: string; hint?: string | undefined }
  /** After `run-finished`: the services of a failed run stay, until a time of day; the commands that enter and end it. */
  | { type: "run-kept"; run: string; enter: string; end: string; until: string }
  /** Everything has ended, and the reports are written. */
  | { type: "run-finished"; outcome: Outcome };

/** Takes events; never throws. */
export type Emit = (event: RunEvent) => void;
