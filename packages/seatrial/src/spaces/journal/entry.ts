import type { SpaceHolder, SpaceKind, SpacePlan, SpaceState } from "../../model/index.ts";

/** A journal's first line: whose it is, and of what servers it speaks. */
export interface JournalHeader {
  journal: 1;
  run: string;
  /** What the names of everything that this broker makes begin with, between `st_` and `_`: 8 hex digits. */
  generation: string;
  /** ISO 8601. */
  startedAt: string;
  definitions: JournalDefinition[];
}

export type JournalDefinition = Pick<SpacePlan, "kind" | "isolation"> & { space: string; service: string };

/** A later line: what state a space is in now, or is about to be. The last line of a name counts. Holds no secret. */
export interface JournalEntry {
  name: string;
  id: string;
  /** The definition's name. */
  space: string;
  state: SpaceState;
  /** Milliseconds since 1970. */
  at: number;
  createdAt: number;
  leasedAt?: number | undefined;
  until?: number | undefined;
  holder?: SpaceHolder | undefined;
  reason?: string | undefined;
  bytes?: number | undefined;
}

/** A journal as it was found: the last line of every space that is not gone. */
export interface ReadJournal {
  header: JournalHeader;
  entries: Map<string, JournalEntry>;
}

/** A definition as the journal has it. */
export function journalDefinition(plan: SpacePlan): JournalDefinition {
  return {
    space: plan.name,
    service: plan.service,
    kind: plan.kind satisfies SpaceKind,
    isolation: plan.isolation,
  };
}

/** What names of everything that a broker makes begin with. */
export function spacePrefix(generation: string): string {
  return `st_${generation}_`;
}

/** Reads a journal's text; undefined: it has no header. A last line that was never finished is left out, as is any other that cannot be read. */
export function parseJournal(text: string): ReadJournal | undefined {
  const [first, ...rest] = text.split("\n");
  const header = parseLine<JournalHeader>(first ?? "");
  if (header?.journal !== 1 || !/^[0-9a-f]{8}$/.test(header.generation)) return undefined;
  const entries = new Map<string, JournalEntry>();
  for (const line of rest) {
    const entry = parseLine<JournalEntry>(line);
    if (entry?.name === undefined) continue;
    if (entry.state === "gone") entries.delete(entry.name);
    else entries.set(entry.name, entry);
  }
  return { header, entries };
}

/** The shortest journal that says the same. */
export function formatJournal({ header, entries }: ReadJournal): string {
  return [header, ...entries.values()].map((line) => `${JSON.stringify(line)}\n`).join("");
}

function parseLine<T>(line: string): (Partial<T> & T) | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
