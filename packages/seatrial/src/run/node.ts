import type { Emit, NodeRef, Problem, TestCounts } from "../model/index.ts";

/** Tells the events of one part of the run around its work. */
export interface NodeReporter {
  note(note: string): void;
  finish(end: {
    state: "passed" | "failed" | "skipped" | "stopped";
    note?: string | undefined;
    detail?: string | undefined;
    counts?: TestCounts | undefined;
    problem?: Problem | undefined;
  }): void;
}

/** Begins a part of the run. */
export function beginNode(options: {
  node: NodeRef;
  emit: Emit;
  now: () => number;
  note?: string | undefined;
}): NodeReporter {
  const { node, emit, now } = options;
  const start = now();
  emit({ type: "node-started", node, note: options.note });
  return {
    note: (note) => emit({ type: "node-progress", node, note }),
    finish: (end) => emit({ type: "node-finished", node, duration: Math.round(now() - start), ...end }),
  };
}
