import type { SuiteSpec } from "../model/index.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import { waitingFor } from "./suites.ts";

/** Tells how far a shell is. */
export interface ShellNode {
  note(note: string): void;
  /** Nothing is told from then on: the terminal is the shell's. */
  opened(): void;
}

/** Tells that a shell for a suite is on its way while `open` runs, until that says it is open, or fails. */
export async function tellShell<T>(
  { suite, context, opening }: { suite: SuiteSpec; context: RunContext; opening: AbortSignal },
  open: (node: ShellNode) => Promise<T>,
): Promise<T> {
  const { emit, now } = context;
  const node = beginNode({ node: { kind: "suite", name: suite.name }, emit, now, note: waitingFor(suite) });
  let isOpen = false;
  const opened = () => {
    isOpen = true;
    node.finish({ state: "passed", note: "open" });
  };
  try {
    return await open({ note: node.note, opened });
  } catch (error) {
    // What stopped it was told where it happened.
    if (!isOpen && opening.aborted) node.finish({ state: "skipped", note: "not opened" });
    else if (!isOpen)
      node.finish({ state: "failed", note: "not opened", problem: problemOf(error, suite.name) });
    throw error;
  }
}
