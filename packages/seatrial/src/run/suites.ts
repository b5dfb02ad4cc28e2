import type { LaunchedWorkload } from "../agent/index.ts";
import type { ContainerCollector } from "../coverage/index.ts";
import { identityOf, proofOf } from "../image/index.ts";
import type { BuildResult, ImageDetails, Proof, SuiteOutcome, SuiteSpec } from "../model/index.ts";
import {
  type LaunchedShard,
  planShards,
  processPlace,
  type ResultsFolder,
  redactedResults,
  resultsFolder,
  runSuite,
  suiteResults,
} from "../suites/index.ts";
import { type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import type { RunCoverage } from "./coverage.ts";
import { beginNode, type NodeReporter } from "./node.ts";
import { withDependencies } from "./required-services.ts";
import type { SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import type { StartedServices } from "./services.ts";
import type { ShardSpaces } from "./shard-spaces.ts";
import type { RunSpaces } from "./spaces.ts";
import { type SuiteContainers, startContainers } from "./suite-containers.ts";

export interface SuitesOptions {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  services: StartedServices;
  spaces: RunSpaces | undefined;
  coverage: RunCoverage | undefined;
  onFailure: (error: unknown, suite: string) => void;
  /** Told the exit code of each error that kept a suite from being run. */
  onError: (exitCode: ExitCode) => void;
  /** Takes removals that have begun and that nobody has to wait for yet. */
  removing: (removal: PromiseLike<void>) => void;
  signal: AbortSignal;
}

/** Runs all suites at once, each from the moment that its own needs are ready. Never rejects. */
export async function runSuites(options: SuitesOptions): Promise<SuiteOutcome[]> {
  return await Promise.all(options.plan.suites.map((spec) => runOne(spec, options)));
}

async function runOne(spec: SuiteSpec, options: SuitesOptions): Promise<SuiteOutcome> {
  const { context, signal } = options;
  const start = context.now();
  const waiting = beginWaiting(spec, options);
  let node: NodeReporter | undefined;
  let containers: SuiteContainers | undefined;
  let collecting: Promise<unknown> = Promise.resolve();
  try {
    containers = await startContainers({
      ...options,
      spec,
      collectorOf: (shard) => collectorOf(spec, shard, options),
    });
    const { take, image } = containers;
    // A container that cannot be had is told at once, however long its services still take.
    await Promise.all([options.services.ready(spec.needs), containers.started]);
    const proof = await proofOfSuite({ spec, image: containers.image, ...options });
    node = waiting.begin();
    const ended = await runSuite({
      run: context.run,
      spec,
      image: containers.image.config,
      imageId: containers.image.id,
      proof,
      host: context.env,
      emit: context.emit,
      log: context.logs.open({ kind: "suite", name: spec.name }),
      launch: async (shard, stop) => {
        const workload = await take(shard.index);
        const opened = await options.spaces?.openShard({
          suite: spec,
          workload,
          image: image.config,
          signal: stop,
        });
        return { ...borrowed(workload, opened), coverage: collectorOf(spec, shard, options) };
      },
      results: (shard) => resultsOf(spec, shard.results, context),
      now: context.now,
      onEngineLost: (error) => options.onFailure(error, spec.name),
      signal,
    });
    collecting = takeCoverage({ spec, ended, containers, options });
    const outcome: SuiteOutcome = {
      ...ended,
      needs: withDependencies(options.plan, spec.needs),
      spaces: options.spaces?.leasedBy(spec.name) || undefined,
      serviceLines: ended.status === "failed" ? serviceLines(spec, options) : undefined,
    };
    node.finish({
      state: outcome.status === "skipped" ? "skipped" : outcome.status,
      detail: detailOf(outcome),
      counts: outcome.counts,
      problem: outcome.problem,
    });
    return outcome;
  } catch (error) {
    const outcome = unrun(spec, context.now() - start);
    const reporter = node ?? waiting.begin();
    // What stopped the run was told where it happened.
    if (signal.aborted) {
      reporter.finish({ state: "skipped", note: "not run" });
      return outcome;
    }
    const problem = problemOf(error, spec.name);
    reporter.finish({ state: "failed", note: "failed", problem });
    if (isToolError(error)) options.onError(error.exitCode);
    else options.onFailure(error, spec.name);
    return { ...outcome, status: "failed", problem };
  } finally {
    // A result must not wait for the removal of what it came from.
    const used = containers;
    if (used !== undefined) options.removing(collecting.then(() => used[Symbol.asyncDispose]()));
  }
}

/** Where a shard's files go, without secret values. */
function resultsOf({ name }: SuiteSpec, folder: string, { redactor, ...context }: RunContext): ResultsFolder {
  const into = resultsFolder(`${context.folder}/${folder}`);
  if (redactor === undefined) return into;
  const onLarge = (message: string) =>
    context.emit({ type: "warning", message: `results of suite ${name}: ${message}` });
  return redactedResults({ into, redactor, onLarge });
}

/** Takes the coverage of all shards, while the result is told already. Never rejects. */
async function takeCoverage({
  spec,
  ended,
  containers,
  options,
}: {
  spec: SuiteSpec;
  ended: SuiteOutcome;
  containers: SuiteContainers;
  options: SuitesOptions;
}): Promise<unknown> {
  const { coverage, context } = options;
  if (coverage === undefined || context.signal.aborted) return undefined;
  const { config } = containers.image;
  const end = {
    argv: spec.runner === "go" ? [] : (spec.command ?? [...config.entrypoint, ...config.command]),
    binaries: spec.runner === "go" ? (spec.binaries ?? "/") : undefined,
    workingDir: processPlace(spec, config).workingDir,
    env: { ...config.env, ...spec.env },
    killed: ended.problem?.code === "SUITE_TIMED_OUT",
    startedAt: Date.now() - ended.duration,
  };
  return await Promise.all(
    planShards(spec).map(async (shard) => {
      const collector = collectorOf(spec, shard, options);
      if (collector === undefined) return;
      await coverage.takeShard({ collector, workload: await containers.take(shard.index), end });
    }),
  );
}

function collectorOf(
  { name }: SuiteSpec,
  { index }: { index: number },
  { coverage }: SuitesOptions,
): ContainerCollector | undefined {
  return coverage?.collector.container({ kind: "suite", name, instance: `shard-${index}` });
}

const SERVICE_LINES = 8;

/** What the suite's services said last: often the reason why a test failed. */
function serviceLines(spec: SuiteSpec, { services }: SuitesOptions): SuiteOutcome["serviceLines"] {
  return spec.needs
    .map((service) => ({ service, ...services.said(service, SERVICE_LINES) }))
    .filter(({ lines }) => lines.length > 0);
}

/** A suite counts from when its tests run, not from when it waits. */
function beginWaiting(spec: SuiteSpec, { context }: SuitesOptions): { begin(): NodeReporter } {
  const ref = { kind: "suite", name: spec.name } as const;
  context.emit({ type: "node-progress", node: ref, note: waitingFor(spec) });
  return { begin: () => beginNode({ node: ref, emit: context.emit, now: context.now }) };
}

/** What the image of a suite has to wait for before anything can run in it, in words. */
export function waitingFor({ needs }: SuiteSpec): string {
  return needs.length === 0 ? "waiting for its image" : `waiting for ${needs.join(", ")}`;
}

/** A container that whoever uses it does not remove; its way to spaces ends with the use. */
function borrowed(workload: LaunchedWorkload, spaces: ShardSpaces | undefined): LaunchedShard {
  return {
    ...workload,
    grant: spaces?.grant,
    [Symbol.asyncDispose]: async () => await spaces?.[Symbol.asyncDispose](),
  };
}

/** A suite in an image of the build, or with the release image as its app, speaks for the release image. */
async function proofOfSuite(options: {
  spec: SuiteSpec;
  image: ImageDetails;
  build: Promise<BuildResult>;
  plan: RunPlan;
}): Promise<Proof | undefined> {
  const { spec, image, plan } = options;
  if (spec.image.kind !== "target" && spec.app === undefined) return undefined;
  const built = await options.build;
  const release = built.images.get(plan.release);
  if (release === undefined) return undefined;
  const app = spec.app === undefined ? undefined : built.images.get(spec.app.target);
  return proofOf({
    release,
    tested: identityOf(spec.name, image),
    app: app === undefined || spec.app === undefined ? undefined : { service: spec.app.name, image: app },
  });
}

function unrun(spec: SuiteSpec, duration: number): SuiteOutcome {
  return {
    name: spec.name,
    runner: spec.runner,
    status: "skipped",
    counts: { passed: 0, failed: 0, skipped: 0 },
    duration: Math.round(duration),
    shards: spec.shards,
    shard: spec.shard,
    grep: spec.grep,
    results: suiteResults(spec),
  };
}

function detailOf(outcome: SuiteOutcome): string {
  const shards = outcome.shards > 1 ? `${outcome.shards} shards` : "";
  const proof = outcome.proof === undefined ? "" : `proof: ${outcome.proof.kind}`;
  const { spaces = 0 } = outcome;
  const given = spaces === 0 ? "" : `${spaces} ${spaces === 1 ? "space" : "spaces"}`;
  return [given, shards, proof].filter((part) => part !== "").join(", ");
}
