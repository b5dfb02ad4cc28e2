import type { BuildResult, NodeRef, PushedImage } from "../model/index.ts";
import { shortDigest } from "../release/index.ts";
import { messageOf } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import type { RunPlan } from "./run-plan.ts";

export const PUSH_NODE: NodeRef = { kind: "release", name: "push" };

/** Pushes what was built as soon as it is there, beside whatever else the run does. Undefined when nothing is pushed. Never rejects. */
export async function pushBuilt(options: {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  onFailure: (error: unknown, subject: string) => void;
  signal: AbortSignal;
}): Promise<PushedImage[] | undefined> {
  const { plan, context, onFailure, signal } = options;
  if (plan.push === undefined || context.push === undefined) return undefined;
  const built = await options.build.catch(() => undefined);
  const node = beginNode({ node: PUSH_NODE, emit: context.emit, now: context.now });
  if (built === undefined) {
    node.finish({ state: "skipped", note: "not run" });
    return undefined;
  }
  try {
    const {
      pushed,
      uploaded,
      warnings = [],
    } = await context.push({
      plan: plan.push,
      images: [...built.images.values()],
      onNote: node.note,
      signal,
    });
    for (const message of warnings) context.emit({ type: "warning", message });
    await keepSteps({ ...options, built, onNote: node.note });
    const ships = pushed.images.find(({ target }) => target === plan.release);
    node.finish({
      state: "passed",
      note: ships?.reference.replace(ships.digest, shortDigest(ships.digest)),
      detail: uploaded.length === 0 ? "0 bytes uploaded" : uploaded.join(", "),
    });
    return pushed.images;
  } catch (error) {
    const stopped = signal.aborted && error === signal.reason;
    node.finish(
      stopped
        ? { state: "stopped" }
        : { state: "failed", note: "failed", problem: problemOf(error, PUSH_NODE.name) },
    );
    onFailure(error, PUSH_NODE.name);
    return undefined;
  }
}

/** A cache that cannot be written costs time in the next build, and no more. */
async function keepSteps(options: {
  plan: RunPlan;
  context: RunContext;
  built: BuildResult;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { plan, context, built, onNote, signal } = options;
  if (plan.cache === undefined || context.pushCache === undefined) return;
  try {
    await context.pushCache({
      cache: plan.cache,
      stale: built.staleCaches,
      environment: plan.buildEnvironment,
      onNote,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    const message = `the build's cache was not written to ${plan.cache.repository}: ${messageOf(error)}`;
    context.emit({ type: "warning", message });
  }
}
