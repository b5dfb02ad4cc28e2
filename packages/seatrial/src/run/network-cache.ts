import type { Engine } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { claimName } from "./network-claim.ts";
import type { NetworkPool } from "./subnets.ts";

/** On every network that is kept for later runs. */
const CACHE = { "seatrial.cache": "network" };
const POOL_LABEL = "seatrial.cache.pool";

/** The labels of the networks that are kept of one pool. */
export function cacheLabels({ pool, size }: NetworkPool): Record<string, string> {
  return { ...CACHE, [POOL_LABEL]: `${pool} /${size}` };
}

/** Networks that are kept for later runs. A cache: removing one costs the next run a fraction of a second. */
export async function listNetworkCache(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ id: string; name: string; idle: boolean }[]> {
  const [networks, workloads] = await Promise.all([
    engine.networks.list(CACHE, signal),
    engine.workloads.list({}, signal),
  ]);
  const names = new Set(workloads.map((each) => each.name));
  return networks.map(({ id, name }) => ({ id, name, idle: !names.has(claimName(name)) }));
}

/** Removes every kept network that no run has claimed and nobody is in. */
export async function removeNetworkCache(engine: Engine, signal: AbortSignal): Promise<string[]> {
  const idle = (await listNetworkCache(engine, signal)).filter((each) => each.idle);
  const removed = await Promise.all(
    idle.map(async ({ id, name }) => ((await removeUnlessInUse(engine, id, signal)) ? [name] : [])),
  );
  return removed.flat();
}

/** False when containers are in it. */
export async function removeUnlessInUse(engine: Engine, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.networks.remove(id, signal);
    return true;
  } catch (error) {
    if (isToolError(error, "NETWORK_IN_USE")) return false;
    throw error;
  }
}
