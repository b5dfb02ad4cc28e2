import type { LaunchedWorkload } from "../agent/index.ts";
import type { ServicePlan } from "./plan.ts";
import type { ServiceProcess } from "./process.ts";
import type { ServiceRuntime } from "./runtime.ts";
import { stopProcess } from "./stop.ts";

const CLEAN_STOP_MS = 15_000;

/**
 * Stops a service cleanly and keeps its container's state under `key`. False when there is no snapshot afterwards: it did not end
 * with exit code 0 within 15 s, or the engine could not keep it. That costs the next run some seconds, and is no failure.
 */
export async function takeSnapshot(options: {
  plan: ServicePlan;
  runtime: ServiceRuntime;
  workload: LaunchedWorkload;
  process: ServiceProcess;
  key: string;
  stopSignal: string;
  signal: AbortSignal;
}): Promise<boolean> {
  const { plan, runtime, workload, process, signal } = options;
  const { stopSignal } = options;
  const { exit, killed } = await stopProcess(process, { stopSignal, grace: CLEAN_STOP_MS });
  if (killed || exit?.code !== 0) return false;
  try {
    await runtime.snapshots?.keep({
      key: options.key,
      workload: workload.id,
      service: plan.spec.name,
      project: runtime.labels["seatrial.project"] ?? "",
      signal,
    });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
