import type { Engine } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { OWNED } from "./labels.ts";

/** What a dead owner can leave: containers that were never started, networks and volumes without containers. */
export interface Swept {
  workloads: string[];
  networks: string[];
  volumes: string[];
}

const MIN_AGE_MS = 60_000;

/**
 * Removes the leftovers of dead owners, each older than a minute. What a live owner is using is never touched: its containers run,
 * and its networks and volumes have containers or are younger than that.
 */
export async function sweep(options: {
  engine: Engine;
  /** Milliseconds since 1970. */
  now: number;
  /** Never touched, whatever its state. */
  except?: string | undefined;
  signal: AbortSignal;
}): Promise<Swept> {
  const { engine, signal } = options;
  const limit = options.now - MIN_AGE_MS;
  const isOurs = (labels: Record<string, string>) => labels["seatrial.run"] !== options.except;
  const [workloads, networks, volumes] = await Promise.all([
    engine.workloads.list(OWNED, signal),
    engine.networks.list(OWNED, signal),
    engine.volumes.list(OWNED, signal),
  ]);
  const dead = workloads.filter(
    (each) => isOurs(each.labels) && each.state !== "running" && each.createdAt < limit,
  );
  const alive = new Set(
    workloads.filter((each) => each.state === "running").map((each) => each.labels["seatrial.run"]),
  );
  await Promise.all(dead.map((each) => engine.workloads.remove(each.id, signal)));
  const abandoned = <T extends { labels: Record<string, string>; createdAt: number }>(all: T[]) =>
    all.filter(
      (each) => isOurs(each.labels) && each.createdAt < limit && !alive.has(each.labels["seatrial.run"]),
    );
  return {
    workloads: dead.map((each) => each.name),
    networks: await removeAll(abandoned(networks), (each) => engine.networks.remove(each.id, signal)),
    volumes: await removeAll(abandoned(volumes), (each) => engine.volumes.remove(each.name, signal)),
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
        // Somebody joined it between the listing and now: then it is in use, and no leftover.
        if (isToolError(error, "NETWORK_IN_USE") || isToolError(error, "VOLUME_IN_USE")) return [];
        throw error;
      }
    }),
  );
  return removed.flat();
}
