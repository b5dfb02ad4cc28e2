import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Engine } from "../engine/index.ts";
import { runTag } from "../image/index.ts";
import { messageOf } from "../support/error.ts";
import { writeWhole } from "../support/write-whole.ts";
import { runError } from "./errors.ts";
import { removeSocket } from "./infrastructure/control-socket.ts";
import type { OwnedKind } from "./infrastructure/description.ts";
import { processIdentity } from "./process-identity.ts";
import type { RunPlan } from "./run-plan.ts";

/** What an owner on this machine has written down of its run: enough to give up its holds when it dies. */
export interface JournalEntry {
  run: string;
  project: string;
  root: string;
  endpoint: string;
  pid: number;
  /** Tells a living process from another one that got its number: the kernel's boot and the process's start. */
  identity: string;
  /** Names that hold images while the run needs them. */
  tags: string[];
  /** Why it is still there. */
  kind: OwnedKind;
  /** The path of its control socket; absent where it has none. */
  control?: string | undefined;
  /** Of what outlives the command that began it: when its lease ends. */
  keptUntil?: string | undefined;
  /** When a sweep first found its owner dead and gave up its holds, in milliseconds since 1970. */
  foundDead?: number | undefined;
}

export interface Journal {
  /** Fails with STATE_NOT_WRITABLE. */
  update(change: Partial<JournalEntry>): Promise<void>;
  /** The run is over and nothing of it is left. */
  close(): Promise<void>;
}

/** Where owners of this user write down what they hold, and have their control sockets. */
export const journalFolder = (state: string) => path.join(state, "runs");

/** Begins the journal of a run of this process. */
export async function openJournal(options: {
  folder: string;
  run: string;
  plan: RunPlan;
  engine: Engine;
  /** What is known of it from the start. Default: of kind `run`. */
  known?: Partial<JournalEntry> | undefined;
}): Promise<Journal> {
  const { run, plan, engine, known } = options;
  const folder = journalFolder(options.folder);
  const file = path.join(folder, `${run}.json`);
  let entry: JournalEntry = {
    run,
    project: plan.project,
    root: plan.root,
    endpoint: engine.endpoint,
    pid: process.pid,
    identity: await processIdentity(process.pid),
    tags: plan.targets.map(({ key }) => runTag({ project: plan.project, key, run })),
    kind: "run",
    ...known,
  };
  // Whole or not at all: others read it while it is written.
  const save = async () => {
    try {
      await writeWhole(file, JSON.stringify(entry));
    } catch (error) {
      throw notWritable(folder, error);
    }
  };
  // A home folder that cannot be written must not fail a run: without its journal, a killed run's images only keep their names.
  await save().catch(() => undefined);
  let saving = Promise.resolve();
  return {
    async update(change) {
      entry = { ...entry, ...change };
      saving = saving.then(save, save);
      await saving;
    },
    close: () => rm(file, { force: true }).catch(() => undefined),
  };
}

function notWritable(folder: string, cause: unknown): Error {
  return runError({
    code: "STATE_NOT_WRITABLE",
    message: `What a run holds cannot be written down in ${folder}: ${messageOf(cause)}`,
    hint: "Set XDG_STATE_HOME to a folder that can be written.",
    cause,
  });
}

/** A journal as others find it. */
export interface FoundJournal extends JournalEntry {
  /** Its owner lives. */
  alive: boolean;
  /** When its owner last wrote it, in milliseconds since 1970. */
  writtenAt: number;
}

/** The journals of this machine. Unreadable ones are left out. */
export async function readJournals(state: string): Promise<FoundJournal[]> {
  const folder = journalFolder(state);
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readEntry(path.join(folder, name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(file: string): Promise<FoundJournal | undefined> {
  try {
    const entry = JSON.parse(await readFile(file, "utf8")) as Partial<JournalEntry>;
    const { mtimeMs: writtenAt } = await stat(file);
    const { run, project = "", root = "", endpoint = "", pid, identity, tags = [] } = entry;
    const { keptUntil, kind = "run", control, foundDead } = entry;
    if (run === undefined || pid === undefined || identity === undefined) return undefined;
    const alive = identity !== "" && (await processIdentity(pid)) === identity;
    const about = { run, project, root, endpoint, tags, kind, control, keptUntil, foundDead };
    return { ...about, pid, identity, alive, writtenAt };
  } catch {
    return undefined;
  }
}

/** How long a dead owner's journal waits for a sweep of its own engine. */
const FORGET_AFTER_MS = 7 * 24 * 60 * 60_000;

/** A build that its owner's death has ended may, for that long, still give an image its name. */
const SETTLES_WITHIN_MS = 60_000;

/** When the journal of a dead owner is forgotten, in milliseconds since 1970: in its own engine soon after its holds were given up. */
export function forgottenAt(entry: FoundJournal): number {
  return entry.foundDead === undefined
    ? entry.writtenAt + FORGET_AFTER_MS
    : entry.foundDead + SETTLES_WITHIN_MS;
}

/**
 * Gives up what dead owners of this machine held in this engine, and again when a minute has passed, when it forgets them. Those of
 * other engines are forgotten after a week: whether an engine that is away comes back cannot be known, and all that would stay in it
 * is a second name of an image. Gives the runs that it has not given before.
 */
export async function sweepJournals(options: {
  folder: string;
  engine: Engine;
  /** Milliseconds since 1970. */
  now: number;
  signal: AbortSignal;
}): Promise<string[]> {
  const { folder, engine, now, signal } = options;
  const swept: string[] = [];
  for (const entry of await readJournals(folder)) {
    const isHere = entry.endpoint === engine.endpoint;
    const isOver = now >= forgottenAt(entry);
    if (entry.alive || (!isHere && !isOver)) continue;
    if (isHere) await Promise.all(entry.tags.map((tag) => engine.images.remove(tag, signal)));
    if (entry.control !== undefined) await removeSocket(entry.control);
    if (entry.foundDead === undefined) swept.push(entry.run);
    const file = path.join(journalFolder(folder), `${entry.run}.json`);
    if (isOver) await rm(file, { force: true });
    else if (entry.foundDead === undefined) await markDead(file, { ...entry, foundDead: now });
  }
  return swept;
}

/** What cannot be written down is forgotten at once. */
async function markDead(file: string, { alive: _, writtenAt: __, ...entry }: FoundJournal): Promise<void> {
  await writeWhole(file, JSON.stringify(entry)).catch(() => rm(file, { force: true }));
}
