import { randomBytes } from "node:crypto";
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { SpacePlan } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { makeFolder } from "../../support/make-folder.ts";
import { type Clock, systemClock } from "../clock.ts";
import { formatJournal, type JournalEntry, journalDefinition, type ReadJournal } from "./entry.ts";

/** What a broker writes down of its spaces. Never fails: a folder that cannot be written must not fail a run. */
export interface SpaceJournal {
  /** 8 hex digits that no other broker has. */
  readonly generation: string;
  /** Writes down what a space is about to be. It is in the file, with all before it, where it outlives this process, if not the machine. */
  intend(entry: JournalEntry): void;
  /** Writes down what a space is now; it is in the file before long. Lines are in the order of the calls. */
  note(entry: JournalEntry): void;
  /** Resolves when all is written. The file goes when nothing is left of the spaces, or when `forget` says that their server is gone. */
  close(options?: { forget?: boolean }): Promise<void>;
}

export interface JournalOptions {
  /** Where the journals of this machine's brokers are. */
  folder: string;
  run: string;
  plans: readonly SpacePlan[];
  /** Called once when it cannot be written. */
  onFailure?: ((message: string) => void) | undefined;
  clock?: Clock | undefined;
  /** Lines after which the file is written anew, when fewer than half of them still count. Default: 20,000. */
  compactAfter?: number | undefined;
}

/** Begins a journal. The first line is in the file when it resolves. */
export async function openSpaceJournal(options: JournalOptions): Promise<SpaceJournal> {
  const { folder, run, plans, onFailure, clock = systemClock, compactAfter = 20_000 } = options;
  const generation = drawGeneration();
  const place = path.join(folder, `${generation}.ndjson`);
  const journal: ReadJournal = {
    header: {
      journal: 1,
      run,
      generation,
      startedAt: new Date(clock.now()).toISOString(),
      definitions: plans.map(journalDefinition),
    },
    entries: new Map(),
  };
  let file: number | undefined;
  let lines = 0;
  let waiting = "";

  function attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (file !== undefined) closeSync(file);
      file = undefined;
      onFailure?.(`what is made cannot be written down in ${folder}: ${messageOf(error)}`);
    }
  }

  /** Whole or not at all: what was there before goes on until then. */
  function writeAnew(): void {
    const part = `${place}.part`;
    const next = openSync(part, "w", 0o600);
    if (file !== undefined) closeSync(file);
    file = next;
    writeSync(file, formatJournal(journal));
    renameSync(part, place);
    lines = journal.entries.size;
  }

  function flush(): void {
    const text = waiting;
    waiting = "";
    if (text === "" || file === undefined) return;
    const open = file;
    if (lines > compactAfter && lines > 2 * journal.entries.size) attempt(writeAnew);
    // One call of a few microseconds: what is in the kernel's hands outlives us, and waiting for it would cost far more.
    else attempt(() => writeSync(open, text));
  }

  function add(entry: JournalEntry): void {
    if (entry.state === "gone") journal.entries.delete(entry.name);
    else journal.entries.set(entry.name, entry);
    if (file === undefined) return;
    lines += 1;
    if (waiting === "") setImmediate(flush);
    waiting += `${JSON.stringify(entry)}\n`;
  }

  await makeFolder(folder).catch(() => undefined);
  attempt(writeAnew);
  return {
    generation,
    note: add,
    intend(entry) {
      add(entry);
      flush();
    },
    async close({ forget = false } = {}) {
      flush();
      if (file === undefined) return;
      closeSync(file);
      file = undefined;
      if (forget || journal.entries.size === 0) await rm(place, { force: true });
    },
  };
}

/** A journal that keeps nothing: for servers that end with their broker, so that nothing is ever left in them. */
export function unwrittenJournal(): SpaceJournal {
  const nothing = () => undefined;
  return { generation: drawGeneration(), intend: nothing, note: nothing, close: async () => undefined };
}

function drawGeneration(): string {
  return randomBytes(4).toString("hex");
}
