import { listAgentCache, ownAgentKey, removeAgents } from "../agent/index.ts";
import { listReadings, removeReadings } from "../check/index.ts";
import { parseSize } from "../config/index.ts";
import type { Engine } from "../engine/index.ts";
import { findHeldImages, readJournals, removeNetworkCache, sweep, sweepJournals } from "../run/index.ts";
import { createSnapshotStore } from "../services/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { describeKept, findKept } from "./gc-list.ts";
import { cacheFolder, stateFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools } from "./wire.ts";

interface GcFlags extends GlobalFlags {
  list?: boolean;
  all?: boolean;
  maxSize: string;
  json?: boolean;
}

/** Removes leftovers of dead owners and prunes caches; or shows both. */
export async function gcCommand(options: { surroundings: Surroundings; flags: GcFlags }): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const signal = AbortSignal.timeout(120_000);
  const { engine, launcher, usage } = await openTools(surroundings, { signal });
  await using _closing = engine;
  const snapshots = createSnapshotStore({ engine, usage });
  const print = (line: string) => void surroundings.stdout.write(`${line}\n`);
  const state = stateFolder(surroundings.environment);
  const cache = cacheFolder(surroundings.environment);

  if (flags.list === true) {
    const kept = await findKept({ engine, snapshots, state, cache, signal });
    if (flags.json === true) print(JSON.stringify(kept));
    else for (const line of describeKept(kept, { endpoint: engine.endpoint, now: Date.now() })) print(line);
    return EXIT.ok;
  }

  const all = flags.all === true;
  const maxSnapshotBytes = maxBytes(flags);
  const swept = await sweep({ engine, signal });
  const runs = await sweepJournals({ folder: state, engine, now: Date.now(), signal });
  const images = await removeHeldImages({ engine, state, signal });
  const removed = await snapshots.prune(maxSnapshotBytes, signal);
  // Before the agents: a network is removed under a claim, which has an agent.
  const networks = all ? await removeNetworkCache({ engine, launcher, signal }) : [];
  const agents = await removeUnusedAgents({ engine, all, signal });
  const readings = all && (await listReadings(cache)) !== undefined ? ["of all layers"] : [];
  if (all) await removeReadings(cache);
  const result = {
    ...swept,
    runs,
    images,
    snapshots: removed.map((each) => each.key),
    agents,
    networks,
    readings,
  };
  if (flags.json === true) print(JSON.stringify(result));
  else
    for (const [kind, names] of Object.entries(result))
      for (const name of names) print(`removed ${kind.replace(/s$/, "")} ${name}`);
  return EXIT.ok;
}

async function removeHeldImages(options: {
  engine: Engine;
  state: string;
  signal: AbortSignal;
}): Promise<string[]> {
  const { engine, state, signal } = options;
  const held = await findHeldImages({ engine, journals: await readJournals(state), now: Date.now(), signal });
  await Promise.all(held.map((name) => engine.images.remove(name, signal)));
  return held;
}

const BEING_INSTALLED_MS = 60_000;

/** Agents that no container has mounted: those of other versions, or this one's too. */
async function removeUnusedAgents(options: {
  engine: Engine;
  all: boolean;
  signal: AbortSignal;
}): Promise<string[]> {
  const { engine, all, signal } = options;
  const [own, now] = await Promise.all([ownAgentKey(engine, signal), engine.clock(signal)]);
  const agents = (await listAgentCache({ engine, own, signal })).filter(
    ({ use, createdAt }) =>
      (use === "idle" && Date.parse(createdAt) < now - BEING_INSTALLED_MS) || (all && use !== "in use"),
  );
  return await removeAgents({ engine, agents, signal });
}

function maxBytes(flags: GcFlags): number {
  if (flags.all === true) return -1;
  const bytes = parseSize(flags.maxSize, 1000);
  if (bytes !== undefined) return bytes;
  throw cliError({
    code: "SIZE_INVALID",
    message: `--max-size ${flags.maxSize} is no size.`,
    hint: "Write a number with a unit, such as 500MB or 5GB.",
  });
}
