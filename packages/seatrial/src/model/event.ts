import type { Duration } from "./duration.ts";
import type { Outcome, Problem } from "./outcome.ts";
import type { TestCounts, TestResult } from "./test-result.ts";

/** What the parts of a run are. */
export type NodeKind = "build" | "network" | "service" | "suite";

/** A part of a run that people follow: the build, a service, a suite. */
export interface NodeRef {
  kind: NodeKind;
  name: string;
}

export type NodeState = "waiting" | "running" | "passed" | "failed" | "skipped" | "stopped";

/** Everything that a run tells. Terminal, JUnit, JSON and the files in the run's folder are subscribers of this. */
export type RunEvent =
  | { type: "run-started"; run: string; project: string; folder: string; nodes: NodeRef[] }
  | { type: "node-started"; node: NodeRef; note?: string | undefined }
  /** What the node is doing right now: `postgres: waiting for port 5432 (connection refused)`. */
  | { type: "node-progress"; node: NodeRef; note: string }
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
  | { type: "output"; node: NodeRef; stream: "stdout" | "stderr"; text: string }
  | { type: "test-started"; suite: string; shard: number; group: string; name: string }
  | { type: "test-finished"; suite: string; shard: number; test: TestResult }
  | { type: "warning"; message: string; hint?: string | undefined }
  | { type: "run-kept"; run: string; enter: string; end: string; until: string }
  | { type: "run-finished"; outcome: Outcome };

/** Takes events; never throws. */
export type Emit = (event: RunEvent) => void;
