import type { LaunchedWorkload, ProcessExit, ProcessSpec } from "../agent/index.ts";
import type { ImageDetails, Log, NodeRef } from "../model/index.ts";
import { formatDuration, STAND_IN_LABEL } from "../model/index.ts";
import { deferred, orAborted } from "../support/abort.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { type BootPlan, planBoot } from "./boot.ts";
import { serviceError } from "./errors.ts";
import { containerFailure, exitFailure } from "./failure.ts";
import { resolveImage } from "./image.ts";
import { readinessOf } from "./image-readiness.ts";
import { launchContainer } from "./launch.ts";
import { manifestOf } from "./manifest.ts";
import type { ServicePlan } from "./plan.ts";
import { processSpecOf, type ServiceProcess, startProcess } from "./process.ts";
import { waitUntilReady } from "./readiness.ts";
import type { ServiceRuntime } from "./runtime.ts";
import type { RunningService } from "./service.ts";
import { stopProcess } from "./stop.ts";
import { takeSnapshot } from "./take-snapshot.ts";

export interface StartOptions {
  plan: ServicePlan;
  runtime: ServiceRuntime;
  /** Resolves when the services that this one depends on are as far as it asks. Its container starts before that. */
  dependencies: Promise<void>;
  onNote: (note: string) => void;
  signal: AbortSignal;
}

const LAST_LINES = 20;

/** Starts a service and resolves when it is ready, or has completed if it is a one-shot. Nothing is left behind on failure. */
export async function startService(options: StartOptions): Promise<RunningService> {
  const { plan, runtime, onNote, signal } = options;
  const { spec } = plan;
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
  const start = runtime.now();
  const ports = plan.ports?.length ? plan.ports : image.config.ports;
  const workload = await launchContainer({
    spec: boot.spec,
    imageId: boot.imageId,
    publish: runtime.publish && [...ports, ...runtime.publish.further],
    mounts: runtime.coverage?.mounts,
    runtime,
    onNote,
    signal,
  });
  try {
    const booting: Booting = { ...options, boot, image, log, workload, stopping: false };
    await runtime.coverage?.prepare(workload.agent, signal);
    await orAborted(options.dependencies, signal);
    const { process, snapshot } = await bootProcess(booting);
    return {
      spec,
      workload,
      imageId: image.id,
      manifest: manifestOf(image, spec.image),
      image: image.config,
      process: processOf(boot, image),
      ports,
      standIn: image.config.labels[STAND_IN_LABEL] === "true",
      snapshot,
      status: spec.oneShot ? "completed" : "ready",
      bootDuration: runtime.now() - start,
      failure: watch(process, booting),
      async stop() {
        booting.stopping = true;
        const stopSignal = spec.stopSignal ?? image.config.stopSignal ?? "TERM";
        return await stopProcess(process, { stopSignal, grace: spec.stopGrace });
      },
      [Symbol.asyncDispose]: () => workload[Symbol.asyncDispose](),
    };
  } catch (error) {
    const lost = isToolError(error, "AGENT_LOST") && !signal.aborted;
    const failure = lost ? await containerFailure({ service: spec.name, error, workload, log }) : error;
    // Why it failed counts more than what could not be removed for it: that is swept later.
    await Promise.allSettled([workload[Symbol.asyncDispose]()]);
    throw signal.aborted ? signal.reason : failure;
  }
}

function processOf({ spec }: BootPlan, { config }: ImageDetails): RunningService["process"] {
  const { argv, env, user, workingDir } = processSpecOf(spec, config);
  return { argv, env: { ...config.env, ...env }, user, workingDir };
}

interface Booting extends StartOptions {
  boot: BootPlan;
  image: ImageDetails;
  log: Log;
  workload: LaunchedWorkload;
  /** Its end is ours from now on. */
  stopping: boolean;
}

async function bootProcess(
  booting: Booting,
): Promise<{ process: ServiceProcess; snapshot: RunningService["snapshot"] }> {
  const { boot, onNote, plan } = booting;
  const process = await startOnce(booting);
  if (plan.spec.oneShot) {
    await completed(process, booting);
    return { process, snapshot: "none" };
  }
  if (boot.takeAs === undefined) return { process, snapshot: boot.from === undefined ? "none" : "used" };
  onNote("keeping a snapshot of its first state");
  const kept = await takeSnapshot({ ...booting, process, key: boot.takeAs, stopSignal: boot.stopSignal });
  onNote(kept ? "starting again after its snapshot" : "starting again, without a snapshot");
  return { process: await startOnce(booting), snapshot: kept ? "taken" : "none" };
}

/** Starts the process and waits until it answers; whichever comes first of ready, end and deadline decides. */
async function startOnce(booting: Booting): Promise<ServiceProcess> {
  const { boot, log, workload, onNote, signal, plan } = booting;
  const spec: ProcessSpec = processSpecOf(boot.spec, booting.image.config);
  const { coverage } = booting.runtime;
  const env = coverage?.environment(booting.image.config.env, spec.env ?? {}).env ?? spec.env;
  const started = await startProcess({
    service: plan.spec.name,
    agent: workload.agent,
    spec: { ...spec, env },
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
    settings: plan.settings,
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
        message: `One-shot service ${spec.name} did not end within ${formatDuration(spec.readiness.deadline)}.`,
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

/** The failure of a service that was ready: it ended, or its container or the connection to it did. */
async function watch(process: ServiceProcess, booting: Booting): Promise<ToolError> {
  const { plan, log, workload } = booting;
  const { spec } = plan;
  const never = () => new Promise<never>(() => undefined);
  if (spec.oneShot) return await never();
  try {
    const exit = await process.ended;
    if (booting.stopping) return await never();
    return exitFailure({ service: spec.name, exit, log, when: "while it was needed" });
  } catch (error) {
    return await containerFailure({ service: spec.name, error, workload, log });
  }
}
