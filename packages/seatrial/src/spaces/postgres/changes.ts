import type { Baseline } from "./baseline.ts";
import { countRows, DIGESTED, digestRows, writtenSince } from "./catalogs.ts";
import type { Query } from "./session.ts";

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

/** A query for the relations that were written to since the database was handed out, and the sequences that were looked at. */
const COUNTED = `
  SELECT oid, name, kind, added, changed FROM (
    SELECT c.oid, c.relname AS name,
      CASE WHEN c.relnamespace = 'pg_catalog'::regnamespace THEN 'catalog' ELSE c.relkind::text END AS kind,
      CASE c.relkind WHEN 'S' THEN pg_stat_get_blocks_fetched(c.oid) ELSE pg_stat_get_tuples_inserted(c.oid) END AS added,
      pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid) AS changed
    FROM pg_class c WHERE c.relkind IN ('r', 'm', 'S') AND NOT c.relisshared) counts
  WHERE added + changed > 0`;

/**
 * Finds out what has changed in a database since it was handed out, when nobody works in it any more. Undefined: something that is not put back in
 * place, or not for certain.
 *
 * PostgreSQL counts every row that is inserted, updated or deleted, also in the system catalogs and whether or not its transaction is
 * committed, and every block that is read, without which no sequence moves. A table that was truncated or rewritten has a new row in pg_class.
 */
export async function findChanges(options: {
  query: Query;
  baseline: Baseline;
  /** The space's role. */
  owner: string;
  since: string;
}): Promise<Changes | undefined> {
  const { query, baseline, owner, since } = options;
  const changes: Changes = { tables: new Map(), sequences: new Set(), hasLargeObjects: false };
  const catalogs: string[] = [];
  let written = 0;
  for (const { oid, name, kind, added, changed } of await query(COUNTED)) {
    if (kind === "catalog" && name != null) {
      catalogs.push(name);
      continue;
    }
    if (kind === "S" && oid != null) {
      changes.sequences.add(oid);
      continue;
    }
    const table = baseline.tables.get(oid ?? "");
    if (oid == null || table === undefined) return undefined;
    written += Number(added) + Number(changed);
    changes.tables.set(oid, changed === "0" ? "appended" : "rewritten");
  }
  if (written > MANY) return undefined;
  if (catalogs.length > 0 && !(await addFromCatalogs(catalogs))) return undefined;
  for (const oid of changes.sequences) if (!baseline.sequences.has(oid)) return undefined;
  for (const [oid, how] of changes.tables) {
    const table = baseline.tables.get(oid);
    if (table === undefined) return undefined;
    if (how === "rewritten" && !table.isEmpty && table.rows === undefined) return undefined;
  }
  return changes;

  /** False: the schema, or something else that only catalogs hold, is not what it was. */
  async function addFromCatalogs(names: string[]): Promise<boolean> {
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
