import { listAgentCache, removeAgentCache } from "../agent/index.ts";
import { parseSize } from "../config/index.ts";
import { formatBytes } from "../model/index.ts";
import {
  findLeftovers,
  listNetworkCache,
  readJournals,
  removeNetworkCache,
  sweep,
  sweepJournals,
} from "../run/index.ts";
import { createSnapshotStore, type SnapshotSummary } from "../services/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { stateFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { openEngine, openUsage } from "./wire.ts";

interface GcFlags extends GlobalFlags {
  list?: boolean;
  all?: boolean;
  maxSize: string;
  json?: boolean;
}

/** Removes leftovers of dead owners and prunes caches; or shows both. */
export async function gcCommand(options: { surroundings: Surroundings; flags: GcFlags }): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const engine = await openEngine(surroundings);
  const usage = openUsage(surroundings);
  await using _closing = engine;
  const signal = AbortSignal.timeout(120_000);
  const snapshots = createSnapshotStore({ engine, usage });
  const print = (line: string) => void surroundings.stdout.write(`${line}\n`);
  const state = stateFolder(surroundings.environment);

  if (flags.list === true) {
    const [kept, agents, networks, journals, left] = await Promise.all([
      snapshots.list(signal),
      listAgentCache(engine, signal),
      listNetworkCache(engine, signal),
      readJournals(state),
      findLeftovers({ engine, now: Date.now(), signal }),
    ]);
    const leftovers = [
      ...left.workloads.map(({ name }) => `container  ${name}`),
      ...left.volumes.map(({ name }) => `volume     ${name}`),
    ];
    if (flags.json === true)
      print(JSON.stringify({ snapshots: kept, agents, networks, runs: journals, leftovers: left }));
    else {
      for (const snapshot of kept) print(describe(snapshot));
      for (const agent of agents) print(`cache     agent      ${agent.name}`);
      for (const network of networks)
        print(`cache     network    ${network.name}  ${network.idle ? "idle" : "in use"}`);
      for (const { run, project, alive } of journals)
        print(`${alive ? "running " : "leftover"}  run        ${run}  ${project}`);
      for (const leftover of leftovers) print(`leftover  ${leftover}`);
      if (kept.length + agents.length + networks.length + journals.length + leftovers.length === 0)
        print("nothing: no caches, no leftovers");
    }
    return EXIT.ok;
  }

  const swept = await sweep({ engine, now: Date.now(), signal });
  const runs = await sweepJournals({ folder: state, engine, signal });
  const removed = await snapshots.prune(maxBytes(flags), signal);
  const agents = flags.all === true ? await removeAgentCache(engine, signal) : [];
  const networks = flags.all === true ? await removeNetworkCache(engine, signal) : [];
  const result = { ...swept, runs, snapshots: removed.map((each) => each.key), agents, networks };
  if (flags.json === true) print(JSON.stringify(result));
  else
    for (const [kind, names] of Object.entries(result))
      for (const name of names) print(`removed ${kind.replace(/s$/, "")} ${name}`);
  return EXIT.ok;
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

function describe(snapshot: SnapshotSummary): string {
  const age = `created ${snapshot.createdAt.slice(0, 16)}, used ${(snapshot.lastUsedAt ?? snapshot.createdAt).slice(0, 16)}`;
  return `cache     snapshot   ${snapshot.key}  ${snapshot.service.padEnd(12)} ${formatBytes(snapshot.size).padStart(8)}  ${age}`;
}
