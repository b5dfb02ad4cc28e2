import { undoAdditions } from "./additions.ts";
import type { Baseline } from "./baseline.ts";
import { countRows, DIGESTED, digestRows, writtenSince } from "./catalogs.ts";
import { readCounts } from "./counters.ts";
import type { Query, Row } from "./session.ts";

/** What is to be done to put a database back; all other rows are as they were. */
export interface Changes {
  /** Tables, by oid. */
  tables: Map<string, "appended" | "rewritten">;
  /** Sequences that may have moved, by oid. */
  sequences: Set<string>;
  /** Large objects were made, where there had been none. */
  hasLargeObjects: boolean;
}

/** Rows that were written, over all tables, above which a new copy is the cheaper way. */
const MANY = 50_000;

/**
 * Finds out what has changed in a database since it was handed out, when nobody works in it any more. Undefined: something that is not put back in
 * place, or not for certain.
 *
 * PostgreSQL counts every row that is inserted, updated or deleted, also in the system catalogs and whether or not its transaction is
 * committed, and every block that is read, without which no sequence moves. A table that was truncated or rewritten has a new row in pg_class.
 */
export async function findChanges(options: {
  query: Query;
  /** The answer to the baseline's question for what was counted. */
  counts: readonly Row[];
  baseline: Baseline;
  /** The space's role. */
  owner: string;
  since: string;
}): Promise<Changes | undefined> {
  const { query, counts, baseline, owner, since } = options;
  const changes: Changes = { tables: new Map(), sequences: new Set(), hasLargeObjects: false };
  const catalogs: string[] = [];
  let written = 0;
  for (const { oid, added, changed } of readCounts(counts)) {
    const catalog = baseline.counted.catalogs.get(oid);
    if (catalog !== undefined) catalogs.push(catalog);
    else if (baseline.sequences.has(oid)) changes.sequences.add(oid);
    else if (baseline.tables.has(oid)) {
      written += added + changed;
      changes.tables.set(oid, changed === 0 ? "appended" : "rewritten");
    } else return undefined;
  }
  if (written > MANY) return undefined;
  if (catalogs.length > 0 && !(await addFrom(catalogs)) && !(await undone())) return undefined;
  for (const oid of changes.sequences) if (!baseline.sequences.has(oid)) return undefined;
  for (const [oid, how] of changes.tables) {
    const table = baseline.tables.get(oid);
    if (table === undefined) return undefined;
    if (how === "rewritten" && !table.isEmpty && table.rows === undefined) return undefined;
  }
  return changes;

  /** Drops what was made, and looks again: whatever else was done to the schema shows then. */
  async function undone(): Promise<boolean> {
    const { newest } = baseline;
    if (newest === undefined) return false;
    const statements = await undoAdditions({ query, catalogs, newest, since });
    if (statements.length === 0) return false;
    await query(statements.join("; "));
    // What went with them may have been elsewhere, and what is written in place carries no transaction.
    return (await addFrom([...baseline.catalogs.rows.keys()])) && (await compareDigests("true"));
  }

  /** False: the schema, or something else that only catalogs hold, is not what it was. */
  async function addFrom(names: readonly string[]): Promise<boolean> {
    const rewritten: string[] = [];
    for (const { name, rows, fresh } of await query(countRows(names, since))) {
      if (name == null) return false;
      const had = baseline.catalogs.rows.get(name);
      if ((name === "pg_largeobject" || name === "pg_largeobject_metadata") && had === 0) {
        changes.hasLargeObjects ||= rows !== "0";
        continue;
      }
      if (Number(rows) !== had) return false;
      if (fresh === "0") continue;
      if (!DIGESTED.has(name)) return false;
      rewritten.push(name);
    }
    return rewritten.length === 0 || (await compareDigests(writtenSince(since)));
  }

  async function compareDigests(condition: string): Promise<boolean> {
    const { classColumns, digests } = baseline.catalogs;
    for (const row of await query(digestRows({ classColumns, owner, since, condition }))) {
      const { key, kind, id, digest } = row;
      if (digest == null || digests.get(key ?? "") !== digest) return false;
      if (row["fresh"] !== "t") continue;
      // A materialized view that was filled again.
      if (kind === "m") return false;
      if (kind === "r" && id != null) changes.tables.set(id, "rewritten");
      if (kind === "S" && id != null) changes.sequences.add(id);
    }
    return true;
  }
}
