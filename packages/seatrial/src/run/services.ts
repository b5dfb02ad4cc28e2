import type { Collector } from "../coverage/index.ts";
import type { BuildResult, Emit, Logs, ServiceOutcome } from "../model/index.ts";
import {
  type RunningService,
  type ServiceEnd,
  type ServicePlan,
  type ServiceRuntime,
  startService,
} from "../services/index.ts";
import { orAborted } from "../support/abort.ts";
import { messageOf } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import type { RunContext } from "./context.ts";
import { beginNode } from "./node.ts";
import { requiredServices } from "./required-services.ts";
import type { SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";

/** The services of a run, each a promise that resolves when it is ready. */
export interface StartedServices extends AsyncDisposable {
  ready(names: readonly string[]): Promise<void>;
  /** Resolves with one that is ready. Fails as its start did. */
  running(name: string): Promise<RunningService>;
  /** The ports that a service is known to listen on, its main one first. */
  ports(name: string): Promise<readonly number[]>;
  /** The log of a service, relative to the run's folder, and its last lines. */
  said(name: string, lines: number): { log: string; lines: string[] };
  outcomes(): ServiceOutcome[];
  /**
   * Ends the processes of these services, those that need others before them, and hands each to `ended`; their containers stay.
   * From then on no service that ends is a failure. Services that did not start are left out.
   */
  stop(names: readonly string[], ended: (stopped: StoppedService) => Promise<void>): Promise<void>;
  /** Resolves when all have settled. Never rejects. */
  settled: Promise<void>;
}

/** A service whose process was ended. */
export interface StoppedService {
  service: RunningService;
  end: ServiceEnd;
}

interface StartServicesOptions {
  plans: readonly ServicePlan[];
  /** The names of those whose failure is the run's. */
  required: ReadonlySet<string>;
  /** Resolves with what a service needs; asked for each service by itself, since only some need the build. */
  runtime: (plan: ServicePlan) => Promise<ServiceRuntime>;
  logs: Logs;
  /** Resolves when a service that is not among the plans is ready. Default: at once. */
  outside?: ((name: string) => Promise<void>) | undefined;
  emit: Emit;
  now: () => number;
  /** Called once with the first failure, of a start or later. */
  onFailure: (error: unknown, service: string) => void;
  signal: AbortSignal;
}

/** Starts the services of a plan, each with what the run has for it. */
export function startRunServices(options: {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  /** Collects coverage of those that have it. */
  collector?: Collector | undefined;
  /** Publishes the services' ports, and those which it names, on the engine's machine. */
  publish?: ((plan: ServicePlan) => readonly number[]) | undefined;
  /** Resolves when a service that is not in the plan is ready. */
  outside?: ((name: string) => Promise<void>) | undefined;
  onFailure: (error: unknown, service: string) => void;
  signal: AbortSignal;
}): StartedServices {
  const { plan, context, build, shared, publish, outside, onFailure, signal } = options;
  return startServices({
    plans: plan.services,
    required: requiredServices(plan),
    logs: context.logs,
    outside,
    runtime: async (service) => ({
      run: context.run,
      engine: context.engine,
      launcher: context.launcher,
      network: shared.network,
      labels: shared.labels,
      built: service.spec.image.kind === "target" ? (await build).images : new Map(),
      logs: context.logs,
      snapshots: context.snapshots,
      publish: publish && { further: publish(service) },
      coverage: options.collector?.container({ kind: "service", name: service.spec.name, instance: "1" }),
      now: context.now,
    }),
    emit: context.emit,
    now: context.now,
    onFailure,
    signal,
  });
}

/** Starts all services at once; each waits for its own dependencies only. */
function startServices(options: StartServicesOptions): StartedServices {
  const started = new Map<string, Promise<RunningService>>();
  const ended = new Map<string, RunningService>();
  let closing = false;
  const failed = new Set<string>();
  const logs = new Map<string, string>();

  function start(plan: ServicePlan): Promise<RunningService> {
    const known = started.get(plan.spec.name);
    if (known !== undefined) return known;
    const promise = startOne(plan);
    promise.catch(() => undefined);
    started.set(plan.spec.name, promise);
    return promise;
  }

  async function startOne(plan: ServicePlan): Promise<RunningService> {
    const { spec } = plan;
    const { emit, now, signal } = options;
    const node = beginNode({
      node: { kind: "service", name: spec.name },
      emit,
      now,
      note: "waiting for its image",
    });
    try {
      const dependencies = dependenciesOf(plan);
      dependencies.catch(() => undefined);
      const runtime = await options.runtime(plan);
      logs.set(spec.name, runtime.logs.open({ kind: "service", name: spec.name }).file);
      const service = await startService({
        plan,
        runtime,
        dependencies,
        onNote: node.note,
        signal,
      });
      ended.set(spec.name, service);
      node.finish({ state: "passed", note: service.status, detail: detailOf(service) });
      void service.failure.then((error) => {
        // One that we end ourselves has not failed.
        if (closing || signal.aborted) return;
        node.finish({ state: "failed", note: "failed", problem: problemOf(error, spec.name) });
        fail(spec.name, error);
      });
      return service;
    } catch (error) {
      const stopped = signal.aborted && error === signal.reason;
      if (!stopped) failed.add(spec.name);
      node.finish(
        stopped
          ? { state: "stopped" }
          : { state: "failed", note: "failed", problem: problemOf(error, spec.name) },
      );
      if (!stopped) fail(spec.name, error);
      throw error;
    }
  }

  async function dependenciesOf(plan: ServicePlan): Promise<void> {
    const waits = plan.spec.dependsOn.map(async ({ service, condition, required }) => {
      const dependency = options.plans.find((other) => other.spec.name === service);
      if (dependency === undefined) {
        await options.outside?.(service);
        return;
      }
      const ready = start(dependency);
      // Whoever only wants a one-shot to have begun must not wait for its end.
      if (condition === "started" && dependency.spec.oneShot) return;
      await ready.catch((error: unknown) => {
        if (required) throw error;
      });
    });
    await Promise.all(waits);
  }

  function fail(service: string, error: unknown): void {
    if (options.signal.aborted) return;
    failed.add(service);
    if (options.required.has(service)) {
      options.onFailure(error, service);
      return;
    }
    const message = `Service ${service} failed, and nothing requires it: ${messageOf(error)}`;
    options.emit({ type: "warning", message });
  }

  const all = options.plans.map(start);
  const running = async (name: string): Promise<RunningService> => {
    const service = started.get(name);
    if (service === undefined) throw new Error(`the service ${name} is not a part of this run`);
    return await orAborted(service, options.signal);
  };
  return {
    settled: Promise.allSettled(all).then(() => undefined),
    async ready(names) {
      const waits = names.map((name) => started.get(name));
      await orAborted(Promise.all(waits), options.signal);
    },
    running,
    ports: async (name) => (await running(name)).ports,
    said(name, lines) {
      const log = options.logs.open({ kind: "service", name });
      return { log: log.file, lines: log.lastLines(lines) };
    },
    async stop(names, handOver) {
      closing = true;
      const stopping = new Map<string, Promise<void>>();
      const stopOne = async (plan: ServicePlan) => {
        const { name } = plan.spec;
        const dependents = options.plans.filter(
          ({ spec }) => names.includes(spec.name) && spec.dependsOn.some(({ service }) => service === name),
        );
        await Promise.all(dependents.map(stop));
        const service = ended.get(name);
        if (service !== undefined) await handOver({ service, end: await service.stop() });
      };
      const stop = (plan: ServicePlan): Promise<void> => {
        const known = stopping.get(plan.spec.name) ?? stopOne(plan);
        stopping.set(plan.spec.name, known);
        return known;
      };
      await Promise.all(options.plans.filter(({ spec }) => names.includes(spec.name)).map(stop));
    },
    outcomes: () =>
      options.plans.map((plan) => {
        const { name } = plan.spec;
        const log = logs.get(name) ?? `logs/${name}.log`;
        return outcomeOf(plan, { service: ended.get(name), failed: failed.has(name), log });
      }),
    async [Symbol.asyncDispose]() {
      closing = true;
      const settled = await Promise.allSettled(all);
      const running = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      const ends = await Promise.allSettled(running.map((service) => service[Symbol.asyncDispose]()));
      const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors);
    },
  };
}

function detailOf(service: RunningService): string {
  const parts = [service.snapshot === "used" ? "from snapshot" : "", service.standIn ? "stand-in image" : ""];
  return parts.filter((part) => part !== "").join(", ");
}

function outcomeOf(
  { spec }: ServicePlan,
  { service, failed, log }: { service: RunningService | undefined; failed: boolean; log: string },
): ServiceOutcome {
  const source = spec.image.kind === "reference" ? spec.image.reference : `target ${spec.image.target}`;
  const status = failed ? "failed" : (service?.status ?? "stopped");
  return {
    name: spec.name,
    image: source,
    imageId: service?.imageId,
    manifest: service?.manifest,
    standIn: service?.standIn ?? false,
    bootDuration: service === undefined ? undefined : Math.round(service.bootDuration),
    snapshot: service?.snapshot ?? "none",
    status,
    log,
  };
}
