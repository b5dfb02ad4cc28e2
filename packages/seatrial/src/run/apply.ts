import type { Collector } from "../coverage/index.ts";
import { releaseImages } from "../image/index.ts";
import type { BuildResult, NodeRef, Outcome, Problem, SuiteOutcome } from "../model/index.ts";
import type { Broker } from "../spaces/index.ts";
import { createCleanup } from "../support/cleanup.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { buildTargets } from "./build.ts";
import { CHECK_NODE, checkImage } from "./check.ts";
import type { RunContext } from "./context.ts";
import { COVERAGE_NODE, openCoverage } from "./coverage.ts";
import { borrowInfrastructure } from "./infrastructure/borrow.ts";
import { planInfrastructure } from "./infrastructure/plan.ts";
import type { RunParts } from "./parts.ts";
import { PUSH_NODE, pushBuilt } from "./push.ts";
import { removalFailure } from "./removal.ts";
import { createSharedResources, type SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import { type StartedServices, startRunServices } from "./services.ts";
import { createRunSpaces } from "./spaces.ts";
import { runSuites } from "./suites.ts";

/** A run that has ended; disposing it removes what it used in the engine. */
export interface AppliedRun extends AsyncDisposable {
  outcome: Outcome;
  exitCode: ExitCode;
}

/** A run that somebody can look at from outside. */
export interface WatchedContext extends RunContext {
  /** Takes what the run has, as soon as it is begun. */
  onParts?: ((parts: RunParts) => void) | undefined;
}

/**
 * Carries out a plan: builds, starts services and suites' containers at the same time, runs each suite the moment its own needs
 * are ready. Never rejects for what happens in the run: that is in the outcome. The first failing service or a failing build stops
 * the rest.
 */
export async function applyRun(plan: RunPlan, given: WatchedContext): Promise<AppliedRun> {
  const warnings = [...plan.warnings];
  const context: RunContext = {
    ...given,
    emit(event) {
      if (event.type === "warning") warnings.push(event.message);
      given.emit(event);
    },
  };
  const startedAt = new Date();
  const start = context.now();
  const cleanup = createCleanup();
  // Last of all: services may say something until they are gone, and a kept run's for longer.
  cleanup.add(async () => await context.logs.close());
  const problems: { problem: Problem; exitCode: ExitCode }[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const fail = (error: unknown, subject?: string) => {
    if (signal.aborted) return;
    problems.push({
      problem: problemOf(error, subject),
      exitCode: isToolError(error) ? error.exitCode : EXIT.bug,
    });
    stop.abort(error);
  };
  const { broken } = context;
  if (broken?.aborted) fail(broken.reason);
  else broken?.addEventListener("abort", () => fail(broken.reason), { once: true });
  const engine = engineFacts(context);
  engine.catch(fail);

  context.emit({
    type: "run-started",
    run: context.run,
    project: plan.project,
    folder: context.folder,
    nodes: nodesOf(plan),
  });

  const build = buildTargets({ plan, context, signal });
  build.catch((error: unknown) => fail(error, "build"));
  cleanup.add(() =>
    releaseImages({
      project: plan.project,
      targets: [...plan.targets, ...plan.given.map(({ target }) => ({ key: target }))],
      run: context.run,
      engine: context.engine,
      signal: AbortSignal.timeout(20_000),
    }),
  );

  const coverage = openCoverage({ plan, context, build, onFailure: fail, signal });
  const collector = coverage?.collector;
  const opened = openServices({ plan, context, build, collector, onFailure: fail, signal });
  const { shared, services, broker } = opened;
  cleanup.add(async () => await shared[Symbol.asyncDispose]());
  cleanup.add(async () => await services[Symbol.asyncDispose]());
  cleanup.add(async () => await coverage?.[Symbol.asyncDispose]());

  const spaces = createRunSpaces({ plan, context, build, shared, services, broker, signal });
  cleanup.add(async () => await spaces?.[Symbol.asyncDispose]());
  given.onParts?.({ services, shared, spaces });

  const removals: Promise<void>[] = [];
  cleanup.add(async () => void (await Promise.all(removals)));
  const removing = (removal: PromiseLike<void>) => {
    const begun = Promise.resolve(removal);
    // Its failure is told where it is awaited, at the end.
    begun.catch(() => undefined);
    removals.push(begun);
  };
  const errors: ExitCode[] = [];
  const onError = (exitCode: ExitCode) => void errors.push(exitCode);
  const checking = checkImage({ plan, context, build, shared, services, onError, signal });
  const pushing = pushBuilt({ plan, context, build, onFailure: fail, signal });
  const suiteOutcomes = await runSuites({
    plan,
    context,
    build,
    shared,
    services,
    spaces,
    coverage,
    onFailure: fail,
    onError,
    removing,
    signal,
  });
  const check = await checking;
  const pushed = await pushing;
  const [built] = await Promise.allSettled([build, services.settled]);
  const parts = [...suiteOutcomes, ...(check === undefined ? [] : [check])];
  const covered = await coverage?.finish({
    services,
    keeps: context.keepsServices === true && parts.some(({ status }) => status !== "passed"),
  });

  const outcome: Outcome = {
    version: 1,
    run: context.run,
    project: plan.project,
    status: statusOf({
      stopped: context.signal.aborted,
      problems: problems.length,
      parts: [...parts, ...(covered === undefined ? [] : [covered])],
    }),
    startedAt: startedAt.toISOString(),
    duration: Math.round(context.now() - start),
    engine: await engine.catch(() => ({ name: "unknown", version: "", platform: "" })),
    source: await context.source,
    images: built.status === "fulfilled" ? [...built.value.images.values()] : [],
    build: built.status === "fulfilled" ? buildFacts(built.value) : undefined,
    services: services.outcomes(),
    suites: suiteOutcomes,
    spaces: await spaces?.outcomes(),
    release: plan.release,
    pushed,
    check,
    coverage: covered,
    problems: problems.map((each) => each.problem),
    warnings,
  };
  return {
    outcome,
    exitCode: exitCodeOf(outcome, problems[0]?.exitCode ?? errors[0]),
    async [Symbol.asyncDispose]() {
      try {
        await cleanup[Symbol.asyncDispose]();
      } catch (error) {
        const failure = removalFailure({ run: context.run, error, told: problems[0]?.exitCode });
        if (failure !== undefined) throw failure;
      }
    },
  };
}

/** The run's own, or those of another owner that it may use. */
function openServices(options: {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  collector: Collector | undefined;
  onFailure: (error: unknown, service?: string) => void;
  signal: AbortSignal;
}): { shared: SharedResources; services: StartedServices; broker?: Broker } {
  const { plan, context } = options;
  const { borrow } = context;
  const wanted = planInfrastructure(plan).services.length > 0;
  if (borrow !== undefined && wanted) return borrowInfrastructure({ ...options, borrow });
  const shared = createSharedResources({
    plan,
    context,
    onLost: (error) => options.onFailure(error),
    signal: options.signal,
  });
  return { shared, services: startRunServices({ ...options, shared }) };
}

function nodesOf(plan: RunPlan): NodeRef[] {
  return [
    ...(plan.targets.length + plan.given.length > 0 ? [{ kind: "build", name: "build" } as const] : []),
    ...plan.services.map((service) => ({ kind: "service", name: service.spec.name }) as const),
    ...plan.suites.map((suite) => ({ kind: "suite", name: suite.name }) as const),
    ...(plan.check === undefined ? [] : [CHECK_NODE]),
    ...(plan.coverage === undefined ? [] : [COVERAGE_NODE]),
    ...(plan.push === undefined ? [] : [PUSH_NODE]),
    ...(plan.releasing === undefined ? [] : [{ kind: "release", name: "release" } as const]),
  ];
}

function statusOf(options: {
  stopped: boolean;
  problems: number;
  /** Suites, checks, coverage. */
  parts: readonly { status: SuiteOutcome["status"] }[];
}): Outcome["status"] {
  if (options.stopped) return "stopped";
  const allPassed = options.parts.every(({ status }) => status === "passed");
  return options.problems === 0 && allPassed ? "passed" : "failed";
}

function exitCodeOf(outcome: Outcome, problem: ExitCode | undefined): ExitCode {
  if (outcome.status === "stopped") return EXIT.stopped;
  if (outcome.status === "passed") return EXIT.ok;
  return problem ?? EXIT.failed;
}

async function engineFacts(context: RunContext): Promise<Outcome["engine"]> {
  const { name, version, platform } = await context.engine.capabilities(AbortSignal.timeout(5_000));
  return { name, version, platform };
}

function buildFacts(build: BuildResult): Outcome["build"] {
  return { duration: Math.round(build.duration), steps: build.steps, cached: build.cached };
}
