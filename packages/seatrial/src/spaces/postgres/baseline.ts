import { readNewest } from "./additions.ts";
import { type CatalogBaseline, readCatalogs } from "./catalogs.ts";
import { type Counted, readCounted } from "./counters.ts";
import { readSequences } from "./sequences.ts";
import type { Query } from "./session.ts";
import { literal } from "./sql.ts";

/** What every space of a template holds at its beginning, as far as putting one back needs it. */
export interface Baseline {
  catalogs: CatalogBaseline;
  /** What is counted of everything that has counters. */
  counted: Counted;
  /** The newest object, if newer ones may be dropped. */
  newest: string | undefined;
  /** By oid, which is the same in every copy. */
  tables: Map<string, BaselineTable>;
  /** The calls that put sequences back, by oid. */
  sequences: Map<string, string>;
  /** A crash of the server takes some of it, in the template too. */
  losesInCrash: boolean;
}

export interface BaselineTable {
  /** Quoted, with its schema. */
  name: string;
  isEmpty: boolean;
  /** The statement that puts its rows in; undefined: there are none, or too many to keep at hand. */
  rows: string | undefined;
}

/** Tables up to this size are kept at hand, while all together stay below the limit. In bytes. */
const TABLE_BYTES = 512 * 1024;
const ALL_BYTES = 32 * 1024 * 1024;

/** Rows and values of which the server keeps no log. */
const UNLOGGED = `
  SELECT FROM pg_class WHERE relpersistence = 'u'
    AND CASE relkind WHEN 'S' THEN pg_sequence_last_value(oid) IS NOT NULL WHEN 'r' THEN pg_relation_size(oid) > 0 END`;

/** Reads a template whose objects belong to `owner`, in a session whose search path is empty. */
export async function readBaseline(query: Query, owner: string): Promise<Baseline> {
  return {
    catalogs: await readCatalogs(query, owner),
    counted: await readCounted(query),
    newest: await readNewest(query),
    tables: await readTables(query),
    sequences: await readSequences(query),
    losesInCrash: (await query(UNLOGGED)).length > 0,
  };
}

async function readTables(query: Query): Promise<Map<string, BaselineTable>> {
  const tables = await query(`
    SELECT c.oid, c.oid::regclass::text AS name, pg_relation_size(c.oid) AS size,
      (SELECT json_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute a
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
      EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled IN ('A', 'R'))
        OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_enabled IN ('A', 'R')) AS reacts
    FROM pg_class c WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`);
  const found = new Map<string, BaselineTable>();
  let bytes = 0;
  for (const { oid, name, size, columns, reacts } of tables) {
    // What fires even for us would change other rows: such a table cannot be put back by statements.
    if (oid == null || name == null || reacts === "t") continue;
    const fits = Number(size) <= TABLE_BYTES && bytes < ALL_BYTES;
    const rows = fits && columns != null ? await readRows(query, name, JSON.parse(columns)) : undefined;
    bytes += rows?.length ?? 0;
    const [row] = await query(`SELECT EXISTS (SELECT FROM ONLY ${name}) AS filled`);
    found.set(oid, { name, isEmpty: row?.["filled"] === "f", rows });
  }
  return found;
}

/** The statement that puts a table's rows in, in the order in which it has them. */
async function readRows(query: Query, name: string, columns: string[]): Promise<string | undefined> {
  const values = columns.map((column) => `format('%L', ${column})`).join(` || ',' || `);
  const [row] = await query(
    `SELECT string_agg('(' || ${values} || ')', ${literal(",\n")}) AS rows FROM ONLY ${name}`,
  );
  if (row?.["rows"] == null) return undefined;
  return `INSERT INTO ${name} (${columns.join(", ")}) OVERRIDING SYSTEM VALUE VALUES ${row["rows"]}`;
}
