import { runChecks, summarise } from "../check/index.ts";
import type { BuildResult, CheckOutcome, NodeRef } from "../model/index.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import { withDependencies } from "./required-services.ts";
import type { SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import type { StartedServices } from "./services.ts";

export const CHECK_NODE: NodeRef = { kind: "check", name: "check" };

/** Checks the release image as soon as it is there, beside the suites. Undefined when the run checks nothing. Never rejects. */
export async function checkImage(options: {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  services: StartedServices;
  /** Told the exit code of each error that kept a check from being carried out. */
  onError: (exitCode: ExitCode) => void;
  signal: AbortSignal;
}): Promise<CheckOutcome | undefined> {
  const { plan, context, shared, services, onError, signal } = options;
  if (plan.check === undefined) return undefined;
  const { emit, now } = context;
  emit({ type: "node-progress", node: CHECK_NODE, note: "waiting for the image" });
  const built = await options.build.catch(() => undefined);
  const node = beginNode({ node: CHECK_NODE, emit, now });
  const release = built?.images.get(plan.release);
  if (built === undefined || release === undefined) {
    node.finish({ state: "skipped", note: "not run" });
    return undefined;
  }
  const start = now();
  try {
    const outcome = await runChecks(plan.check, {
      run: context.run,
      release,
      test: built.images.get(plan.test),
      engine: context.engine,
      launcher: context.launcher,
      labels: shared.labels,
      network: shared.network,
      ready: (names) => services.ready(names),
      env: { ...plan.buildEnvironment, ...context.env },
      cacheFolder: context.cacheFolder,
      log: context.logs.open(CHECK_NODE),
      emit,
      note: node.note,
      onError,
      now,
      signal,
    });
    const { status: state, counts, problem } = outcome;
    node.finish({ state, counts, problem, detail: summarise(plan.check, outcome) });
    return { ...outcome, needs: withDependencies(plan, plan.check.entrypoint?.needs ?? []) };
  } catch (error) {
    // A bug of ours must not hide what the suites found.
    onError(isToolError(error) ? error.exitCode : EXIT.bug);
    const problem = problemOf(error, "check");
    node.finish({ state: "failed", note: "failed", problem });
    return {
      status: "failed",
      imageId: release.imageId,
      counts: { passed: 0, failed: 0, skipped: 0 },
      duration: Math.round(now() - start),
      results: [],
      problem,
    };
  }
}
