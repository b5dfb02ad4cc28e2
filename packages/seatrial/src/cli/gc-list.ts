import { type CachedAgent, listAgentCache, ownAgentKey } from "../agent/index.ts";
import { listReadings } from "../check/index.ts";
import type { Engine } from "../engine/index.ts";
import { formatBytes } from "../model/index.ts";
import {
  type FoundJournal,
  findHeldImages,
  findLeftovers,
  forgottenAt,
  listNetworkCache,
  readJournals,
} from "../run/index.ts";
import type { SnapshotStore, SnapshotSummary } from "../services/index.ts";
import { formatAge } from "./age.ts";

/** Everything that is kept in an engine and on this machine, and what dead owners left. */
export interface Kept {
  snapshots: SnapshotSummary[];
  agents: CachedAgent[];
  networks: { name: string; idle: boolean }[];
  runs: FoundJournal[];
  /** Names of images that runs without an owner still have. */
  held: string[];
  leftovers: Awaited<ReturnType<typeof findLeftovers>>;
  /** What checks know of layers. */
  readings?: { count: number; size: number } | undefined;
}

/** Looks, and changes nothing. */
export async function findKept(options: {
  engine: Engine;
  snapshots: SnapshotStore;
  /** The folder of the journals. */
  state: string;
  /** This user's caches. */
  cache: string;
  signal: AbortSignal;
}): Promise<Kept> {
  const { engine, signal } = options;
  const journals = readJournals(options.state);
  const [snapshots, agents, networks, runs, held, leftovers, readings] = await Promise.all([
    options.snapshots.list(signal),
    ownAgentKey(engine, signal).then((own) => listAgentCache({ engine, own, signal })),
    listNetworkCache(engine, signal),
    journals,
    journals.then((found) => findHeldImages({ engine, journals: found, now: Date.now(), signal })),
    findLeftovers({ engine, signal }),
    listReadings(options.cache),
  ]);
  return { snapshots, agents, networks, runs, held, leftovers, readings };
}

/** The same as lines for people, ages as of `now`. */
export function describeKept(kept: Kept, options: { endpoint: string; now: number }): string[] {
  const { endpoint, now } = options;
  const lines = [
    ...kept.snapshots.map((each) =>
      cache("snapshot", [each.key, each.service.padEnd(12), usedOf(each, now)]),
    ),
    ...kept.agents.map((each) => cache("agent", [each.name.padEnd(30), ageOf(each, now), USES[each.use]])),
    ...kept.networks.map(({ name, idle }) => cache("network", [name, idle ? "idle" : "in use"])),
    ...(kept.readings === undefined ? [] : [cache("readings", [describeReadings(kept.readings)])]),
    ...kept.runs.map((journal) => describeRun({ journal, endpoint, now })),
    ...kept.held.map((name) => `leftover  image      ${name}`),
    ...kept.leftovers.workloads.map(({ name }) => `leftover  container  ${name}`),
    ...kept.leftovers.volumes.map(({ name }) => `leftover  volume     ${name}`),
  ];
  return lines.length > 0 ? lines : ["nothing: no caches, no leftovers"];
}

function describeReadings({ count, size }: { count: number; size: number }): string {
  return `${`${count} layer${count === 1 ? "" : "s"} that checks have read`.padEnd(30)}  ${formatBytes(size).padStart(8)}`;
}

const USES: Record<CachedAgent["use"], string> = {
  own: "of this version",
  "in use": "in use",
  idle: "of another version",
};

function cache(kind: string, columns: string[]): string {
  return `cache     ${kind.padEnd(9)}  ${columns.join("  ")}`;
}

function ageOf({ size, createdAt }: { size: number; createdAt: string }, now: number): string {
  return `${formatBytes(size).padStart(8)}  ${formatAge(now - Date.parse(createdAt))} old`;
}

function usedOf(snapshot: SnapshotSummary, now: number): string {
  const { size, ownSize, createdAt } = snapshot;
  const used = Date.parse(snapshot.lastUsedAt ?? createdAt);
  const age = `${ageOf({ size: ownSize, createdAt }, now)}, used ${formatAge(now - used)} ago`;
  return size === ownSize ? age : `${age}, ${formatBytes(size)} with its image`;
}

/** A dead owner's run is cleaned up in its own engine only; for how long it waits for that, or for the last of what it had built. */
function describeRun(options: { journal: FoundJournal; endpoint: string; now: number }): string {
  const { journal, endpoint, now } = options;
  const { run, project, alive } = journal;
  const line = `${alive ? "running " : "leftover"}  run        ${run}  ${project}`;
  const isSwept = journal.foundDead !== undefined;
  if (alive || (journal.endpoint === endpoint && !isSwept)) return line;
  const forgotten = `forgotten in ${formatAge(forgottenAt(journal) - now)}`;
  return `${line}  ${isSwept ? "removed" : `of the engine at ${journal.endpoint}`}, ${forgotten}`;
}
