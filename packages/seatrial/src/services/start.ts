import { setTimeout as wait } from "node:timers/promises";
import type { LaunchedWorkload, ProcessExit, ProcessSpec } from "../agent/index.ts";
import type { ImageDetails, Log, NodeRef } from "../model/index.ts";
import { STAND_IN_LABEL } from "../model/index.ts";
import { deferred } from "../support/abort.ts";
import { messageOf, type ToolError } from "../support/error.ts";
import { type BootPlan, planBoot } from "./boot.ts";
import { serviceError } from "./errors.ts";
import { exitFailure } from "./failure.ts";
import { resolveImage } from "./image.ts";
import { readinessOf } from "./image-readiness.ts";
import { launchContainer } from "./launch.ts";
import type { ServicePlan } from "./plan.ts";
import { processSpecOf, type ServiceProcess, startProcess } from "./process.ts";
import { waitUntilReady } from "./readiness.ts";
import type { ServiceRuntime } from "./runtime.ts";
import type { RunningService } from "./service.ts";

export interface StartOptions {
  plan: ServicePlan;
  runtime: ServiceRuntime;
  /** Resolves when the services that this one depends on are as far as it asks. Its container starts before that. */
  dependencies: Promise<void>;
  onNote: (note: string) => void;
  signal: AbortSignal;
}

const LAST_LINES = 20;
const CLEAN_STOP_MS = 15_000;

/** Starts a service and resolves when it is ready, or has completed if it is a one-shot. Nothing is left behind on failure. */
export async function startService(options: StartOptions): Promise<RunningService> {
  const { plan, runtime, onNote, signal } = options;
  const { spec } = plan;
  const start = runtime.now();
  const node: NodeRef = { kind: "service", name: spec.name };
  const image = await resolveImage({
    subject: `service ${spec.name}`,
    source: spec.image,
    engine: runtime.engine,
    built: runtime.built,
    onNote,
    signal,
  });
  const boot = await planBoot({ plan, image, snapshots: runtime.snapshots, signal });
  const log = runtime.logs.open(node);
  onNote(boot.from === undefined ? "starting" : "starting from its snapshot");
  const workload = await launchContainer({ spec: boot.spec, imageId: boot.imageId, runtime, onNote, signal });
  try {
    const booting: Booting = { ...options, boot, image, log, workload };
    await options.dependencies;
    const booted = await bootProcess(booting);
    const snapshot = boot.takeAs === undefined ? (boot.from === undefined ? "none" : "used") : "taken";
    return {
      spec,
      workload,
      imageId: image.id,
      standIn: image.config.labels[STAND_IN_LABEL] === "true",
      snapshot,
      status: spec.oneShot ? "completed" : "ready",
      bootDuration: runtime.now() - start,
      failure: watch({ booted, booting }),
      [Symbol.asyncDispose]: () => workload[Symbol.asyncDispose](),
    };
  } catch (error) {
    await workload[Symbol.asyncDispose]();
    throw signal.aborted ? signal.reason : error;
  }
}

interface Booting extends StartOptions {
  boot: BootPlan;
  image: ImageDetails;
  log: Log;
  workload: LaunchedWorkload;
}

async function bootProcess(booting: Booting): Promise<ServiceProcess> {
  const { boot, onNote, signal, plan } = booting;
  const process = await startOnce(booting);
  if (plan.spec.oneShot) {
    await completed(process, booting);
    return process;
  }
  if (boot.takeAs === undefined) return process;
  onNote("keeping a snapshot of its first state");
  await takeSnapshot({ booting, process, key: boot.takeAs, signal });
  return await startOnce(booting);
}

/** Starts the process and waits until it answers; whichever comes first of ready, end and deadline decides. */
async function startOnce(booting: Booting): Promise<ServiceProcess> {
  const { boot, log, workload, onNote, signal, plan } = booting;
  const spec: ProcessSpec = processSpecOf(boot.spec, booting.image.config);
  const started = await startProcess({
    service: plan.spec.name,
    agent: workload.agent,
    spec,
    log,
    signal,
  });
  if (plan.spec.oneShot) return started;
  const settled = new AbortController();
  const ready = waitUntilReady({
    service: plan.spec.name,
    readiness: readinessOf(plan, booting.image.config),
    agent: workload.agent,
    process: { env: plan.spec.env, user: spec.user, workingDir: spec.workingDir },
    confirmations: plan.confirmations,
    onNote,
    lastLines: () => log.lastLines(LAST_LINES),
    signal: AbortSignal.any([signal, settled.signal]),
  });
  const ended = started.ended.then((exit): never => {
    throw exitFailure({ service: plan.spec.name, exit, log, when: "before it was ready" });
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([ready, ended]);
    return started;
  } finally {
    settled.abort();
    ready.catch(() => undefined);
  }
}

async function completed(process: ServiceProcess, booting: Booting): Promise<void> {
  const { spec } = booting.plan;
  booting.onNote("running to its end");
  const exit = await endOf(process, booting);
  if (exit.code !== 0)
    throw exitFailure({ service: spec.name, exit, log: booting.log, when: "as a one-shot" });
}

async function endOf(process: ServiceProcess, booting: Booting): Promise<ProcessExit> {
  const { spec } = booting.plan;
  const limit = deferred<never>();
  const timer = setTimeout(() => {
    limit.reject(
      serviceError({
        code: "SERVICE_NOT_READY",
        message: `One-shot service ${spec.name} did not end within ${spec.readiness.deadline / 1000} s.`,
        hint: `If it needs longer, set services.${spec.name}.deadline in seatrial.yaml.`,
        lastLines: booting.log.lastLines(LAST_LINES),
      }),
    );
  }, spec.readiness.deadline);
  try {
    return await Promise.race([process.ended, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function takeSnapshot(options: {
  booting: Booting;
  process: ServiceProcess;
  key: string;
  signal: AbortSignal;
}): Promise<void> {
  const { booting, process, key, signal } = options;
  const { runtime, plan, workload } = booting;
  await process.process.signal(booting.boot.stopSignal);
  const limit = new AbortController();
  const stopped = await Promise.race([
    process.ended,
    wait(CLEAN_STOP_MS, undefined, { signal: limit.signal }),
  ]);
  limit.abort();
  if (stopped === undefined) {
    await process.process.signal("KILL");
    await process.ended;
    return;
  }
  if (stopped.code !== 0) return;
  await runtime.snapshots?.keep({
    key,
    workload: workload.id,
    service: plan.spec.name,
    project: runtime.labels["seatrial.project"] ?? "",
    signal,
  });
}

/** The failure of a service that was ready: it ended, or its container or the connection to it did. */
async function watch(options: { booted: ServiceProcess; booting: Booting }): Promise<ToolError> {
  const { booted, booting } = options;
  const { spec } = booting.plan;
  if (spec.oneShot) return await new Promise<never>(() => undefined);
  try {
    const exit = await booted.ended;
    return exitFailure({ service: spec.name, exit, log: booting.log, when: "while it was needed" });
  } catch (error) {
    return serviceError({
      code: "SERVICE_EXITED",
      message: `The container of service ${spec.name} is gone: ${messageOf(error)}`,
      cause: error,
      lastLines: booting.log.lastLines(LAST_LINES),
    });
  }
}
