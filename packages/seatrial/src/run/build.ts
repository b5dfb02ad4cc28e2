import { buildImages } from "../image/index.ts";
import type { BuildResult } from "../model/index.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import type { RunPlan } from "./plan.ts";

/** Builds every target of the run in one graph, and tells it. */
export async function buildTargets(options: {
  plan: RunPlan;
  context: RunContext;
  signal: AbortSignal;
}): Promise<BuildResult> {
  const { plan, context, signal } = options;
  const { emit, now, logs } = context;
  if (plan.targets.length === 0) return { images: new Map(), duration: 0, steps: 0, cached: 0 };
  const log = logs.open({ kind: "build", name: "build" });
  const node = beginNode({ node: { kind: "build", name: "build" }, emit, now, note: "asking the builder" });
  try {
    const result = await buildImages({
      project: plan.project,
      run: context.run,
      targets: plan.targets,
      engine: context.engine,
      env: { ...plan.buildEnvironment, ...context.env },
      onNote: node.note,
      onOutput: (text) => void log.write("stdout", Buffer.from(text)),
      now,
      signal,
    });
    const names = plan.targets.map((target) => target.key).join(", ");
    node.finish({
      state: "passed",
      note: names,
      detail: result.steps === 0 ? undefined : `(${result.cached} of ${result.steps} steps cached)`,
    });
    return result;
  } catch (error) {
    const stopped = signal.aborted && error === signal.reason;
    node.finish(
      stopped
        ? { state: "stopped" }
        : { state: "failed", note: "failed", problem: problemOf(error, "build") },
    );
    throw error;
  }
}
