import { randomBytes } from "node:crypto";
import type { Engine, NetworkSummary } from "../engine/index.ts";
import { PLAIN_SECURITY } from "../model/index.ts";
import { isToolError } from "../support/error.ts";
import { runError } from "./errors.ts";
import { NETWORK_LABEL } from "./labels.ts";
import { type NetworkPool, subnetsOf } from "./subnets.ts";

/** A network that belongs to one run until it is given back. */
export interface ClaimedNetwork {
  id: string;
  /** Keeps it for a later run, or removes it when enough are kept. */
  release(signal: AbortSignal): Promise<void>;
}

export interface ClaimOptions {
  engine: Engine;
  run: string;
  labels: Record<string, string>;
  pool: NetworkPool;
  /** Any image that the engine holds: the claim is a container of it that is never started. */
  image: string;
  signal: AbortSignal;
}

const CACHE = { "seatrial.cache": "network" };
const MOST_IDLE = 4;
const MOST_ROUNDS = 8;
const POOL_LABEL = "seatrial.cache.pool";

/**
 * Takes an idle network of the pool, or makes one. Making and removing a network costs more than a database's start, so that
 * networks are kept. The claim is a container's name, which an engine gives to one only; a claim whose owner died is swept with its
 * other containers, and the network is idle again.
 */
export async function claimNetwork(options: ClaimOptions): Promise<ClaimedNetwork> {
  const { engine, run, pool, signal } = options;
  const labels = { ...CACHE, [POOL_LABEL]: `${pool.pool} /${pool.size}` };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const idle = await engine.networks.list(labels, signal);
    for (const network of startingAt(idle, run)) {
      const claim = await tryClaim(network, options);
      if (claim !== undefined) return claimed({ network, claim, engine, labels });
    }
    await createNetwork({ engine, seed: `${run} ${round}`, labels, pool, signal });
  }
  throw runError({
    code: "NETWORK_POOL_EMPTY",
    message: `No network of ${pool.pool} could be claimed in ${MOST_ROUNDS} rounds: other runs were quicker each time.`,
    hint: "Try again.",
    exitCode: 3,
  });
}

/** Runs that begin at once try in different orders. */
function startingAt(networks: NetworkSummary[], run: string): NetworkSummary[] {
  const first = [...run].reduce((sum, char) => sum + char.charCodeAt(0), 0) % Math.max(1, networks.length);
  return [...networks.slice(first), ...networks.slice(0, first)];
}

async function tryClaim(network: NetworkSummary, options: ClaimOptions): Promise<string | undefined> {
  const { engine, labels, image, signal } = options;
  try {
    return await engine.workloads.create(
      {
        name: claimName(network.name),
        image,
        labels: { ...labels, [NETWORK_LABEL]: network.id },
        entrypoint: ["/never-started"],
        command: [],
        user: "",
        env: {},
        // Creation fails when somebody has removed the network in the meantime.
        network: { id: network.id, aliases: [] },
        mounts: [],
        limits: {},
        security: NO_RIGHTS,
        extraHosts: [],
      },
      signal,
    );
  } catch (error) {
    if (isToolError(error, "NAME_TAKEN")) return undefined;
    const stillThere = await engine.networks.list(CACHE, signal);
    if (stillThere.some((each) => each.id === network.id)) throw error;
    return undefined;
  }
}

const NO_RIGHTS = { ...PLAIN_SECURITY, readOnlyRoot: true, capDrop: ["ALL"] };

function claimName(network: string): string {
  return `${network}-claim`;
}

function claimed(options: {
  network: NetworkSummary;
  claim: string;
  engine: Engine;
  labels: Record<string, string>;
}): ClaimedNetwork {
  const { network, claim, engine, labels } = options;
  return {
    id: network.id,
    async release(signal) {
      const kept = await engine.networks.list(labels, signal);
      if (kept.length > MOST_IDLE) await engine.networks.remove(network.id, signal);
      await engine.workloads.remove(claim, signal);
    },
  };
}

/** There is no lock on subnets: the engine refuses an overlap, and the next one is tried. */
async function createNetwork(options: {
  engine: Engine;
  seed: string;
  labels: Record<string, string>;
  pool: NetworkPool;
  signal: AbortSignal;
}): Promise<void> {
  const { engine, seed, labels, pool, signal } = options;
  const name = `seatrial-network-${randomBytes(4).toString("hex")}`;
  for (const subnet of subnetsOf(pool, seed)) {
    try {
      await engine.networks.create({ name, labels, subnet, internal: false }, signal);
      return;
    } catch (error) {
      if (!isToolError(error, "SUBNET_TAKEN")) throw error;
    }
  }
  throw runError({
    code: "NETWORK_POOL_EMPTY",
    message: `No free /${pool.size} network was found in ${pool.pool}.`,
    hint: "Remove networks that nobody uses (`seatrial gc --all`, `docker network prune`), or set network.pool in seatrial.yaml to another range.",
    exitCode: 3,
  });
}

/** Networks that are kept for later runs. A cache: removing one costs the next run a fraction of a second. */
export async function listNetworkCache(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ name: string; idle: boolean }[]> {
  const [networks, workloads] = await Promise.all([
    engine.networks.list(CACHE, signal),
    engine.workloads.list({}, signal),
  ]);
  const names = new Set(workloads.map((each) => each.name));
  return networks.map(({ name }) => ({ name, idle: !names.has(claimName(name)) }));
}

/** Removes every kept network that no run has claimed. */
export async function removeNetworkCache(engine: Engine, signal: AbortSignal): Promise<string[]> {
  const networks = await engine.networks.list(CACHE, signal);
  const idle = new Set(
    (await listNetworkCache(engine, signal)).filter((each) => each.idle).map((each) => each.name),
  );
  const removed = networks.filter(({ name }) => idle.has(name));
  await Promise.all(removed.map(({ id }) => engine.networks.remove(id, signal)));
  return removed.map(({ name }) => name);
}
