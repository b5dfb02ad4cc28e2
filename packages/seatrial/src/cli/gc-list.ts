import { type CachedAgent, listAgentCache, ownAgentKey } from "../agent/index.ts";
import { listReadings } from "../check/index.ts";
import type { Engine } from "../engine/index.ts";
import { formatBytes } from "../model/index.ts";
import {
  type FoundJournal,
  findLeftovers,
  forgottenAt,
  listNetworkCache,
  readJournals,
} from "../run/index.ts";
import type { SnapshotStore, SnapshotSummary } from "../services/index.ts";

/** Everything that is kept in an engine and on this machine, and what dead owners left. */
export interface Kept {
  snapshots: SnapshotSummary[];
  agents: CachedAgent[];
  networks: { name: string; idle: boolean }[];
  runs: FoundJournal[];
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
  const [snapshots, agents, networks, runs, leftovers, readings] = await Promise.all([
    options.snapshots.list(signal),
    ownAgentKey(engine, signal).then((own) => listAgentCache({ engine, own, signal })),
    listNetworkCache(engine, signal),
    readJournals(options.state),
    findLeftovers({ engine, now: Date.now(), signal }),
    listReadings(options.cache),
  ]);
  return { snapshots, agents, networks, runs, leftovers, readings };
}

/** The same as lines for people. */
export function describeKept(kept: Kept, endpoint: string): string[] {
  const lines = [
    ...kept.snapshots.map((each) => cache("snapshot", [each.key, each.service.padEnd(12), usedOf(each)])),
    ...kept.agents.map((each) => cache("agent", [each.name.padEnd(30), ageOf(each), USES[each.use]])),
    ...kept.networks.map(({ name, idle }) => cache("network", [name, idle ? "idle" : "in use"])),
    ...(kept.readings === undefined ? [] : [cache("readings", [describeReadings(kept.readings)])]),
    ...kept.runs.map((journal) => describeRun(journal, endpoint)),
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

function ageOf({ size, createdAt }: { size: number; createdAt: string }): string {
  return `${formatBytes(size).padStart(8)}  created ${minute(createdAt)}`;
}

function usedOf(snapshot: SnapshotSummary): string {
  return `${ageOf(snapshot)}, used ${minute(snapshot.lastUsedAt ?? snapshot.createdAt)}`;
}

/** A dead owner's run is cleaned up in its own engine only; where that is another one, until when it waits for that. */
function describeRun(journal: FoundJournal, endpoint: string): string {
  const { run, project, alive } = journal;
  const line = `${alive ? "running " : "leftover"}  run        ${run}  ${project}`;
  if (alive || journal.endpoint === endpoint) return line;
  const forgotten = new Date(forgottenAt(journal)).toISOString();
  return `${line}  of the engine at ${journal.endpoint}, forgotten after ${minute(forgotten)}`;
}

/** `2030-01-02T03:04` */
function minute(time: string): string {
  return time.slice(0, 16);
}
