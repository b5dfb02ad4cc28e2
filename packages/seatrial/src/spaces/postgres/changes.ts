import { REACHED, undoAdditions } from "./additions.ts";
import type { Baseline } from "./baseline.ts";
import { countRows, DIGESTED, digestRows, FLAGS, writtenSince } from "./catalogs.ts";
import { type Count, readCounts } from "./counters.ts";
import type { Query, Row } from "./session.ts";

/** What is to be done to put a database back; all other rows are as they were. */
export interface Changes {
  /** Tables, by oid. */
  tables: Map<string, "appended" | "rewritten">;
  /** Sequences that may have moved, by oid. */
  sequences: Set<string>;
  /** Large objects were made, where there had been none. */
  hasLargeObjects: boolean;
  /** How many rows were written, those of catalogs included. */
  rows: number;
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
  const changes: Changes = { tables: new Map(), sequences: new Set(), hasLargeObjects: false, rows: 0 };
  const catalogs = new Map<string, Count>();
  let written = 0;
  for (const count of readCounts(counts)) {
    const { oid, added, changed } = count;
    const catalog = baseline.counted.catalogs.get(oid);
    if (!baseline.sequences.has(oid)) changes.rows += added + changed;
    if (catalog !== undefined) catalogs.set(catalog, count);
    else if (baseline.sequences.has(oid)) changes.sequences.add(oid);
    else if (baseline.tables.has(oid)) {
      written += added + changed;
      changes.tables.set(oid, changed === 0 ? "appended" : "rewritten");
    } else return undefined;
  }
  if (written > MANY) return undefined;
  if (catalogs.size > 0 && !(await addFromCatalogs())) return undefined;
  for (const oid of changes.sequences) if (!baseline.sequences.has(oid)) return undefined;
  for (const [oid, how] of changes.tables) {
    const table = baseline.tables.get(oid);
    if (table === undefined) return undefined;
    if (how === "rewritten" && !table.isEmpty && table.rows === undefined) return undefined;
  }
  return changes;

  async function findAdditions(): Promise<string[]> {
    const { newest } = baseline;
    const grown = [...catalogs].flatMap(([name, { added }]) => (added > 0 ? name : []));
    return newest === undefined ? [] : await undoAdditions({ query, catalogs: grown, newest, since });
  }

  /** False: the schema, or something else that only catalogs hold, is not what it was. */
  async function addFromCatalogs(): Promise<boolean> {
    const drops = await findAdditions();
    const names = new Set([...catalogs.keys(), ...(drops.length > 0 ? REACHED : [])]);
    const counting = countRows([...names], since);
    const rewritten: string[] = [];
    // Drops what was made: whatever else was done to the schema shows afterwards.
    for (const { name, rows, fresh } of await query(
      [...drops, `${counting} UNION ALL ${FLAGS}`].join("; "),
    )) {
      if (name == null) return false;
      if (name === "flags") {
        if (rows !== baseline.catalogs.flags) return false;
        continue;
      }
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
    return rewritten.length === 0 || (await compareDigests());
  }

  async function compareDigests(): Promise<boolean> {
    const { classColumns, digests } = baseline.catalogs;
    const rows = await query(digestRows({ classColumns, owner, condition: writtenSince(since) }));
    for (const { key, kind, id, digest } of rows) {
      if (digest == null || digests.get(key ?? "") !== digest) return false;
      // A materialized view that was filled again.
      if (kind === "m") return false;
      if (kind === "r" && id != null) changes.tables.set(id, "rewritten");
      if (kind === "S" && id != null) changes.sequences.add(id);
    }
    return true;
  }
}
