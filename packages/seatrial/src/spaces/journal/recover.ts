import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { SpaceSummary } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { writeWhole } from "../../support/write-whole.ts";
import type { SpaceMaker } from "../maker.ts";
import {
  formatJournal,
  type JournalDefinition,
  type JournalEntry,
  parseJournal,
  type ReadJournal,
  spacePrefix,
} from "./entry.ts";

export interface RecoverOptions {
  /** As of `openSpaceJournal`. */
  folder: string;
  /** Whether the owner of this run lives. It must be known as living before it opens its journal of spaces. */
  isAlive(run: string): Promise<boolean> | boolean;
  /** A maker for a definition, when its server outlived its broker; undefined: the server is gone, and its spaces with it. */
  open(definition: JournalDefinition & { run: string }, signal: AbortSignal): Promise<SpaceMaker | undefined>;
  /** Leave everything where it is, and only say what there is. Default: false. */
  dryRun?: boolean | undefined;
  /** Milliseconds since 1970. */
  now: number;
  signal: AbortSignal;
}

/** What a dead broker left in servers that live. */
export interface RecoveredSpaces {
  run: string;
  generation: string;
  /** Names of what is gone now, or would go in a dry run: spaces, templates and half-made ones. */
  dropped: string[];
  /** Kept ones whose time is not over: they stay, and are listed again the next time. */
  kept: SpaceSummary[];
  /** What could not be dropped: it stays in the journal. */
  failed: { name: string; error: string }[];
}

/** Drops what dead brokers left, by their journals and by what their servers say, and forgets those of whom nothing is left. */
export async function recoverSpaces(options: RecoverOptions): Promise<RecoveredSpaces[]> {
  const { folder, isAlive, dryRun = false } = options;
  const recovered: RecoveredSpaces[] = [];
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith(".ndjson")).sort()) {
    const file = path.join(folder, name);
    const journal = parseJournal(await readFile(file, "utf8").catch(() => ""));
    if (journal === undefined || (await isAlive(journal.header.run))) continue;
    const result = await recoverOne(journal, options);
    recovered.push(result);
    if (dryRun) continue;
    if (journal.entries.size === 0 && result.failed.length === 0) await rm(file, { force: true });
    else await writeWhole(file, formatJournal(journal));
  }
  return recovered;
}

/** Takes out of the journal what is gone. */
async function recoverOne(journal: ReadJournal, options: RecoverOptions): Promise<RecoveredSpaces> {
  const { header, entries } = journal;
  const { now, signal, dryRun = false } = options;
  const result: RecoveredSpaces = {
    run: header.run,
    generation: header.generation,
    dropped: [],
    kept: [],
    failed: [],
  };
  for (const definition of header.definitions) {
    const own = [...entries.values()].filter((entry) => entry.space === definition.space);
    const fail = (name: string, error: unknown) => result.failed.push({ name, error: messageOf(error) });
    let maker: SpaceMaker | undefined;
    let found: string[];
    try {
      maker = await options.open({ ...definition, run: header.run }, signal);
      found = (await maker?.list(spacePrefix(header.generation), signal)) ?? [];
    } catch (error) {
      for (const { name } of own) fail(name, error);
      if (own.length === 0) fail(definition.space, error);
      await maker?.[Symbol.asyncDispose]();
      continue;
    }
    await using _maker = maker;
    for (const name of new Set([...own.map((entry) => entry.name), ...found])) {
      const entry = entries.get(name);
      // Two definitions of one server see each other's.
      if (entry !== undefined && entry.space !== definition.space) continue;
      if (entry !== undefined && maker !== undefined && isKept(entry, now) && found.includes(name)) {
        result.kept.push(summaryOf(entry, definition));
        continue;
      }
      try {
        if (!dryRun) await maker?.drop(name, signal);
        if (maker !== undefined) result.dropped.push(name);
        entries.delete(name);
      } catch (error) {
        fail(name, error);
        entries.set(name, entry ?? strayEntry(name, { definition, now }));
      }
    }
  }
  return result;
}

function isKept(entry: JournalEntry, now: number): boolean {
  return entry.state === "kept" && (entry.until ?? 0) > now;
}

/** The server has it, the journal has not: a template, or something half-made. */
function strayEntry(
  name: string,
  { definition, now }: { definition: JournalDefinition; now: number },
): JournalEntry {
  return { name, id: name, space: definition.space, state: "quarantined", at: now, createdAt: now };
}

function summaryOf(entry: JournalEntry, { space, service, kind }: JournalDefinition): SpaceSummary {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const { id, name, state, holder, reason, bytes } = entry;
  return {
    id,
    space,
    service,
    kind,
    name,
    state,
    holder,
    createdAt: new Date(entry.createdAt).toISOString(),
    leasedAt: iso(entry.leasedAt),
    until: iso(entry.until),
    bytes,
    reason,
  };
}
