import type { Engine, NetworkSummary } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { createRunId } from "./id.ts";
import { runLabels } from "./labels.ts";
import { type ClaimOptions, claimName, reserveClaim } from "./network-claim.ts";
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
  return (await findNetworks(engine, signal)).map(({ network: { id, name }, idle }) => ({ id, name, idle }));
}

async function findNetworks(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ network: NetworkSummary; idle: boolean }[]> {
  const [networks, workloads] = await Promise.all([
    engine.networks.list(CACHE, signal),
    engine.workloads.list({}, signal),
  ]);
  const names = new Set(workloads.map((each) => each.name));
  return networks.map((network) => ({ network, idle: !names.has(claimName(network.name)) }));
}

/** Removes every kept network that no run has claimed and nobody is in. */
export async function removeNetworkCache(
  options: Pick<ClaimOptions, "engine" | "launcher" | "signal">,
): Promise<string[]> {
  const found = await findNetworks(options.engine, options.signal);
  const labels = runLabels({ run: createRunId(new Date()), project: "seatrial gc" });
  const removed = await Promise.all(
    found.map(async ({ network, idle }) =>
      idle && (await removeUnlessInUse(network, { ...options, labels })) ? [network.name] : [],
    ),
  );
  return removed.flat();
}

/** Removes a network under a claim of its own, by name only: one that runs is in the network. False when somebody else has one, or is in it. */
export async function removeUnlessInUse(
  network: NetworkSummary,
  options: Parameters<typeof reserveClaim>[1],
): Promise<boolean> {
  const { engine, signal } = options;
  const claim = await reserveClaim(network, options);
  if (claim === undefined) return false;
  try {
    await engine.networks.remove(network.id, signal);
    return true;
  } catch (error) {
    if (isToolError(error, "NETWORK_IN_USE")) return false;
    throw error;
  } finally {
    await claim[Symbol.asyncDispose]();
  }
}
