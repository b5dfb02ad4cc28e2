import type { Query, Row } from "./session.ts";

/** Whatever has counters in every copy of a template: oids are the same in each. */
export interface Counted {
  /** Asks which of it was written to, or looked at in the case of sequences, since the counters began. */
  question: string;
  /** Names of catalogs, by oid. */
  catalogs: Map<string, string>;
}

/** A relation that was written to, or a sequence that was looked at. */
export interface Count {
  oid: string;
  /** Rows that were inserted; blocks of a sequence that were read. */
  added: number;
  /** Rows that were updated or deleted. */
  changed: number;
}

/** Reads what a template has. Whatever is added to a copy is counted as a row of pg_class. */
export async function readCounted(query: Query): Promise<Counted> {
  const relations = await query(`
    SELECT oid, relkind = 'S' AS sequence, CASE WHEN relnamespace = 'pg_catalog'::regnamespace THEN relname END AS catalog
    FROM pg_class WHERE relkind IN ('r', 'm', 'S') AND NOT relisshared ORDER BY oid`);
  const column = (name: string) => relations.map((row) => row[name]).join(",");
  // The quickest form of all that were tried, for a session that has nothing in its caches.
  const question = `
    SELECT o, a, c FROM (
      SELECT o, CASE WHEN s THEN pg_stat_get_blocks_fetched(o) ELSE pg_stat_get_tuples_inserted(o) END AS a,
        pg_stat_get_tuples_updated(o) + pg_stat_get_tuples_deleted(o) AS c
      FROM unnest('{${column("oid")}}'::oid[], '{${column("sequence")}}'::bool[]) AS x (o, s)) AS counts
    WHERE a + c > 0`;
  const catalogs = relations.filter((row) => row["catalog"] !== null);
  return {
    question,
    catalogs: new Map(catalogs.map((row) => [row["oid"] ?? "", row["catalog"] ?? ""])),
  };
}

/** Reads the answer. */
export function readCounts(rows: readonly Row[]): Count[] {
  return rows.map((row) => ({ oid: row["o"] ?? "", added: Number(row["a"]), changed: Number(row["c"]) }));
}
