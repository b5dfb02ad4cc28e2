import type { Engine, VolumeSummary, WorkloadSummary } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { OWNED } from "./labels.ts";

/** The names of what was removed. */
export interface Swept {
  workloads: string[];
  volumes: string[];
}

const MIN_AGE_MS = 60_000;

export interface SweepOptions {
  engine: Engine;
  /** A run whose things are never leftovers, whatever their state. */
  except?: string | undefined;
  signal: AbortSignal;
}

/**
 * What dead owners left: containers that were never started, claims of networks among them, and shared volumes, each older than a
 * minute by the engine's own time. What a live owner is using is none: its claim runs from its second second on, and with it the
 * run counts as alive whatever else of it does.
 */
export async function findLeftovers(
  options: SweepOptions,
): Promise<{ workloads: WorkloadSummary[]; volumes: VolumeSummary[] }> {
  const { engine, signal } = options;
  const [now, workloads, volumes] = await Promise.all([
    engine.clock(signal),
    engine.workloads.list(OWNED, signal),
    engine.volumes.list(OWNED, signal),
  ]);
  const limit = now - MIN_AGE_MS;
  const alive = new Set([
    options.except,
    ...workloads.filter((each) => each.state === "running").map((each) => each.labels["seatrial.run"]),
  ]);
  const isDead = (each: { labels: Record<string, string>; createdAt: number }) =>
    each.createdAt < limit && !alive.has(each.labels["seatrial.run"]);
  return {
    workloads: workloads.filter((each) => each.state !== "running" && isDead(each)),
    volumes: volumes.filter(isDead),
  };
}

/** Removes the leftovers of dead owners. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { engine, signal } = options;
  const { workloads, volumes } = await findLeftovers(options);
  await Promise.all(workloads.map((each) => engine.workloads.remove(each.id, signal)));
  return {
    workloads: workloads.map((each) => each.name),
    volumes: await removeAll(volumes, (each) => engine.volumes.remove(each.name, signal)),
  };
}

async function removeAll<T extends { name: string }>(
  all: readonly T[],
  remove: (each: T) => Promise<void>,
): Promise<string[]> {
  const removed = await Promise.all(
    all.map(async (each) => {
      try {
        await remove(each);
        return [each.name];
      } catch (error) {
        // Somebody took it between the listing and now: then it is in use, and no leftover.
        if (isToolError(error, "VOLUME_IN_USE")) return [];
        throw error;
      }
    }),
  );
  return removed.flat();
}
