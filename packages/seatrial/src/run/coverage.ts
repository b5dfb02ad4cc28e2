import type { LaunchedWorkload } from "../agent/index.ts";
import {
  type Collector,
  type ContainerCollector,
  type CoveragePlan,
  createCollector,
  finishCoverage,
} from "../coverage/index.ts";
import type { BuildResult, CoverageOutcome, NodeRef } from "../model/index.ts";
import { resolveImage } from "../services/index.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { createToolContainers } from "./coverage-tools.ts";
import { coverageDetail, coverageNote } from "./coverage-words.ts";
import { planInfrastructure } from "./infrastructure/plan.ts";
import { beginNode } from "./node.ts";
import { withoutServices } from "./plan-coverage.ts";
import type { RunPlan } from "./run-plan.ts";
import type { StartedServices, StoppedService } from "./services.ts";

export const COVERAGE_NODE: NodeRef = { kind: "coverage", name: "coverage" };

/** The coverage of a run: collected while its containers end, reported and judged when they all have. */
export interface RunCoverage extends AsyncDisposable {
  readonly collector: Collector;
  /** Takes what a shard's programs left. Its container must stay until the promise is settled, which never rejects. */
  takeShard(shard: ShardEnd): Promise<void>;
  /**
   * Stops the services that give coverage, takes theirs, reports and judges. `keeps`: services of a run that failed stay as they are.
   * Undefined when the run was stopped before. Never rejects.
   */
  finish(options: { services: StartedServices; keeps: boolean }): Promise<CoverageOutcome | undefined>;
}

/** A shard whose programs have ended. */
export interface ShardEnd {
  collector: ContainerCollector;
  workload: LaunchedWorkload;
  end: Parameters<ContainerCollector["take"]>[0]["end"];
}

export interface RunCoverageOptions {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  onFailure: (error: unknown, subject: string) => void;
  signal: AbortSignal;
}

/** Opens the collection of a run's coverage; undefined for a run that collects none. */
export function openCoverage(options: RunCoverageOptions): RunCoverage | undefined {
  const { plan, context } = options;
  if (plan.coverage === undefined) return undefined;
  // Those of another owner were started without.
  const theirs = context.borrow === undefined ? [] : planInfrastructure(plan).services;
  const coverage = withoutServices(plan.coverage, new Set(theirs.map(({ spec }) => spec.name)));
  return collectRun(coverage, options);
}

function collectRun(plan: CoveragePlan, options: RunCoverageOptions): RunCoverage {
  const { context, onFailure, signal } = options;
  const { root, project } = options.plan;
  const { emit, now, folder } = context;
  const tools = createToolContainers({
    run: context.run,
    project,
    launcher: context.launcher,
    async image(target) {
      return await resolveImage({
        subject: "coverage",
        source: { kind: "target", target },
        engine: context.engine,
        built: (await options.build).images,
        onNote: () => undefined,
        signal,
      });
    },
    signal,
  });
  const collector = createCollector({
    plan,
    run: context.run,
    folder,
    commit: async () => (await context.source).commit,
    redact: context.redactor?.text ?? ((text) => text),
    tools: tools.agentOf,
  });
  const takes: Promise<void>[] = [];
  let failure: unknown;

  async function take({ collector: container, workload, end }: ShardEnd): Promise<void> {
    const taking = container.take({ agent: workload.agent, end, signal }).then(
      () => undefined,
      (error: unknown) => {
        failure ??= error;
      },
    );
    takes.push(taking);
    await taking;
  }

  async function takeService({ service, end }: StoppedService): Promise<void> {
    const container = collector.container({ kind: "service", name: service.spec.name, instance: "1" });
    if (container === undefined) return;
    const { argv, env, workingDir = "/" } = service.process;
    const startedAt = Date.now() - (end.exit?.duration ?? service.bootDuration);
    await take({
      collector: container,
      workload: service.workload,
      end: { argv, env, workingDir, exit: end.exit, killed: end.killed, startedAt },
    });
  }

  async function conclude(services: StartedServices, keeps: boolean, note: (text: string) => void) {
    const names = plan.containers.flatMap(({ kind, name }) => (kind === "service" ? [name] : []));
    if (keeps) note("the services stay: their coverage is not collected");
    else await services.stop(names, takeService);
    await Promise.all(takes);
    if (failure !== undefined) throw failure;
    note("reporting");
    const { formats, include, exclude, paths, rules } = plan;
    const { text: _text, ...outcome } = await (context.finishCoverage ?? finishCoverage)({
      folder,
      units: collector.units,
      rules,
      formats,
      include,
      exclude,
      paths,
      root,
      env: context.env,
      signal,
    });
    return outcome;
  }

  return {
    collector,
    takeShard: take,
    async finish({ services, keeps }) {
      const node = beginNode({ node: COVERAGE_NODE, emit, now, note: "collecting" });
      if (signal.aborted) {
        node.finish({ state: "skipped", note: "not run" });
        await Promise.all(takes);
        return undefined;
      }
      try {
        const outcome = await conclude(services, keeps, node.note);
        const state = outcome.status;
        node.finish({ state, note: coverageNote(outcome), detail: coverageDetail(outcome) });
        return outcome;
      } catch (error) {
        if (signal.aborted) {
          node.finish({ state: "stopped" });
          return undefined;
        }
        node.finish({ state: "failed", note: "failed", problem: problemOf(error, "coverage") });
        onFailure(error, "coverage");
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(takes);
      await tools[Symbol.asyncDispose]();
    },
  };
}
