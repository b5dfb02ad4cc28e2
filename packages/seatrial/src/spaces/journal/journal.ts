import { randomBytes } from "node:crypto";
import { appendFile, rm } from "node:fs/promises";
import path from "node:path";
import type { SpacePlan } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { writeWhole } from "../../support/write-whole.ts";
import { type Clock, systemClock } from "../clock.ts";
import { formatJournal, type JournalEntry, journalDefinition, type ReadJournal } from "./entry.ts";

/** What a broker writes down of its spaces, before it acts. */
export interface SpaceJournal {
  /** 8 hex digits that no other broker has. */
  readonly generation: string;
  /**
   * Writes down where a space is or is about to be. Resolves when it is in the file, where it outlives this process, if not the machine;
   * lines are in order of the calls. Never rejects: a folder that cannot be written must not fail a run.
   */
  write(entry: JournalEntry): Promise<void>;
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
  const { run, plans, onFailure, clock = systemClock, compactAfter = 20_000 } = options;
  const generation = randomBytes(4).toString("hex");
  const file = path.join(options.folder, `${generation}.ndjson`);
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
  let failed = false;
  let lines = 0;
  let waiting = "";
  let last: Promise<void> = attempt(() => writeWhole(file, formatJournal(journal)));
  await last;

  async function attempt(write: () => Promise<void>): Promise<void> {
    if (failed) return;
    try {
      await write();
    } catch (error) {
      failed = true;
      onFailure?.(`what is made cannot be written down in ${options.folder}: ${messageOf(error)}`);
    }
  }

  /** One write for all lines that came while the one before was under way. */
  async function flush(): Promise<void> {
    if (lines > compactAfter && lines > 2 * journal.entries.size) {
      waiting = "";
      lines = journal.entries.size;
      await writeWhole(file, formatJournal(journal));
    } else {
      const text = waiting;
      waiting = "";
      if (text !== "") await appendFile(file, text);
    }
  }

  return {
    generation,
    async write(entry) {
      if (entry.state === "gone") journal.entries.delete(entry.name);
      else journal.entries.set(entry.name, entry);
      if (failed) return;
      lines += 1;
      const isFirst = waiting === "";
      waiting += `${JSON.stringify(entry)}\n`;
      if (isFirst) last = last.then(() => attempt(flush));
      await last;
    },
    async close({ forget = false } = {}) {
      await last;
      if (forget || journal.entries.size === 0) await attempt(() => rm(file, { force: true }));
    },
  };
}
