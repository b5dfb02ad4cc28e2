import { buildImages, takeGivenImages } from "../image/index.ts";
import type { BuildResult } from "../model/index.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import type { RunPlan } from "./run-plan.ts";

/** Builds every target of the run in one graph, or takes the images that are given in place of the project's own, and tells it. */
export async function buildTargets(options: {
  plan: RunPlan;
  context: RunContext;
  signal: AbortSignal;
}): Promise<BuildResult> {
  const { plan, context, signal } = options;
  const { emit, now, logs } = context;
  if (plan.targets.length + plan.given.length === 0) return NOTHING_BUILT;
  const log = logs.open({ kind: "build", name: "build" });
  const node = beginNode({ node: { kind: "build", name: "build" }, emit, now, note: "asking the builder" });
  try {
    const common = {
      project: plan.project,
      run: context.run,
      engine: context.engine,
      onNote: node.note,
      signal,
    };
    const [given, result] = await Promise.all([
      takeGivenImages({ ...common, given: plan.given }),
      plan.targets.length === 0
        ? NOTHING_BUILT
        : buildImages({
            ...common,
            targets: plan.targets,
            cache: plan.cache,
            env: { ...plan.buildEnvironment, ...context.env },
            onOutput: (text) => void log.write("stdout", Buffer.from(text)),
            now,
          }),
    ]);
    const names = [...plan.given.map(({ target }) => target), ...plan.targets.map(({ key }) => key)];
    node.finish({ state: "passed", note: names.join(", "), detail: detailOf(plan, result) });
    return {
      ...result,
      images: new Map([...given.map((image) => [image.target, image] as const), ...result.images]),
    };
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

const NOTHING_BUILT: BuildResult = { images: new Map(), duration: 0, steps: 0, cached: 0, staleCaches: [] };

function detailOf(plan: RunPlan, { steps, cached }: BuildResult): string | undefined {
  const given = plan.given.length === 0 ? [] : ["by digest, not built"];
  const built = steps === 0 ? [] : [`(${cached} of ${steps} steps cached)`];
  const parts = [...given, ...built];
  return parts.length === 0 ? undefined : parts.join(" ");
}
