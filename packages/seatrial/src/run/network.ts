import { randomBytes } from "node:crypto";
import type { Engine, NetworkSummary } from "../engine/index.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { runError } from "./errors.ts";
import { guestLabel } from "./labels.ts";
import { cacheLabels, removeUnlessInUse } from "./network-cache.ts";
import { type ClaimOptions, type NetworkClaim, tryClaim } from "./network-claim.ts";
import { type NetworkPool, subnetsOf } from "./subnets.ts";

/** A network that belongs to one run until it is given back. */
export interface ClaimedNetwork {
  id: string;
  /** Ends the run's guests, then keeps the network for a later run, or removes it when enough are kept. */
  release(signal: AbortSignal): Promise<void>;
}

const MOST_IDLE = 4;
const MOST_ROUNDS = 8;
const MOST_REFUSALS = 64;

/**
 * Takes an idle network of the pool, or makes one. Making and removing a network costs more than a database's start, so that
 * networks are kept. Whoever uses one or removes it has claimed it before; a claim ends with its owner, and the network is idle again.
 */
export async function claimNetwork(options: ClaimOptions & { pool: NetworkPool }): Promise<ClaimedNetwork> {
  const { engine, run, pool, signal } = options;
  const labels = cacheLabels(pool);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const idle = await engine.networks.list(labels, signal);
    for (const network of startingAt(idle, run)) {
      const claim = await tryClaim(network, options);
      if (claim !== undefined)
        return { id: network.id, release: (limit) => release({ ...options, network, claim, signal: limit }) };
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

async function release(
  options: ClaimOptions & { pool: NetworkPool; network: NetworkSummary; claim: NetworkClaim },
): Promise<void> {
  const { engine, pool, network, claim, signal } = options;
  try {
    await endGuests(options);
  } finally {
    await claim[Symbol.asyncDispose]();
  }
  const kept = await engine.networks.list(cacheLabels(pool), signal);
  if (kept.length > MOST_IDLE) await removeUnlessInUse(network, options);
}

/** Without the services of the run, whoever is still in its network has no business there; the next one there is another run. */
async function endGuests({ engine, run, signal }: ClaimOptions): Promise<void> {
  const guests = await engine.workloads.list(guestLabel(run), signal);
  await Promise.all(guests.map(({ id }) => engine.workloads.remove(id, signal)));
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
  const taken = (await engine.networks.list({}, signal)).flatMap(({ subnets }) => subnets);
  const refusals: unknown[] = [];
  for (const subnet of subnetsOf(pool, { seed, taken })) {
    try {
      await engine.networks.create({ name, labels, subnet, internal: false }, signal);
      return;
    } catch (error) {
      if (!isToolError(error, "SUBNET_TAKEN")) throw error;
      refusals.push(error);
      if (refusals.length === MOST_REFUSALS) break;
    }
  }
  throw poolEmpty(pool, refusals);
}

function poolEmpty({ pool, size }: NetworkPool, refusals: unknown[]): Error {
  const none = `No /${size} network of ${pool} can be had`;
  const last = refusals.at(-1);
  return runError({
    code: "NETWORK_POOL_EMPTY",
    message:
      last === undefined
        ? `${none}: networks that exist take all of it.`
        : `${none}. Of those that no network takes, ${refusals.length} were tried, the last one so: ${messageOf(last)}`,
    hint: [
      "Remove networks that nobody uses (`seatrial gc --all`, `docker network prune`), or set network.pool in seatrial.yaml to another range.",
      ...(isToolError(last) && last.hint !== undefined ? [last.hint] : []),
    ].join(" "),
    cause: last,
    exitCode: 3,
  });
}
