import type { Query } from "./session.ts";
import { literal, roleId } from "./sql.ts";

/** What the system catalogs of every copy of a template say. */
export interface CatalogBaseline {
  /** Rows of each catalog. */
  rows: Map<string, number>;
  /** Digests of the rows of some catalogs, by `catalog:oid`: rows that tests rewrite without changing what they say. */
  digests: Map<string, string>;
  /** The columns of pg_class that make up a digest. */
  classColumns: string;
  /** What is written into pg_class in place, without a transaction, and says something of a relation. */
  flags: string;
}

/** Catalogs whose rows have digests. */
export const DIGESTED: ReadonlySet<string> = new Set(["pg_class", "pg_sequence"]);

/** Columns of pg_class that say where and how large a relation is, not what it is; and those that name roles. */
const LEFT_OUT = [
  "relfilenode",
  "relpages",
  "reltuples",
  "relallvisible",
  "relallfrozen",
  "relfrozenxid",
  "relminmxid",
  "relowner",
  "relacl",
];

/** Rows of pg_namespace that stay behind once a session had temporary tables; they belong to the server. */
const OWN_NAMESPACES = `nspname ~ '^pg_(toast_)?temp_[0-9]+$'`;

/** Reads the catalogs of a template whose objects belong to `owner`. */
export async function readCatalogs(query: Query, owner: string): Promise<CatalogBaseline> {
  const names = await query(`
    SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared`);
  const counts = await query(
    countRows(
      names.map((row) => row["relname"] ?? ""),
      "0",
    ),
  );
  const columns = await query(`
    SELECT attname FROM pg_attribute WHERE attrelid = 'pg_class'::regclass AND attnum > 0
      AND attname NOT IN (${LEFT_OUT.map(literal).join(", ")}) ORDER BY attnum`);
  const classColumns = columns.map((row) => `x.${row["attname"]}`).join(", ");
  const digests = await query(digestRows({ classColumns, owner, condition: "true" }));
  return {
    rows: new Map(counts.map((row) => [row["name"] ?? "", Number(row["rows"])])),
    digests: new Map(digests.map((row) => [row["key"] ?? "", row["digest"] ?? ""])),
    classColumns,
    flags: (await query(FLAGS))[0]?.["rows"] ?? "",
  };
}

/** A query for the flags, with the columns of countRows. */
export const FLAGS = `
  SELECT 'flags' AS name, sum(hashtextextended(
    concat_ws(' ', oid, relhasindex, relhasrules, relhastriggers, relhassubclass), 0)) AS rows, 0 AS fresh
  FROM pg_catalog.pg_class`;

/** True of rows that transactions wrote from `since` on. */
export function writtenSince(since: string): string {
  return `age(xmin) <= age('${since}'::xid)`;
}

/** A query for the number of rows of catalogs, and of those written since. */
export function countRows(catalogs: readonly string[], since: string): string {
  const counts = catalogs.map((name) => {
    const condition = name === "pg_namespace" ? `WHERE NOT ${OWN_NAMESPACES}` : "";
    return `SELECT '${name}' AS name, count(*) AS rows, count(*) FILTER (WHERE ${writtenSince(since)}) AS fresh
      FROM pg_catalog.${name} ${condition}`;
  });
  return counts.join(" UNION ALL ");
}

/** A query for the digests of rows: `key`, `kind` of relation, `id`, `digest`. The owner counts as the same role in every copy. */
export function digestRows(options: { classColumns: string; owner: string; condition: string }): string {
  const { classColumns, owner, condition } = options;
  return `
    SELECT 'pg_class:' || x.oid AS key, x.relkind::text AS kind, x.oid AS id, md5(ROW(${classColumns},
      CASE WHEN x.relowner = ${roleId(owner)} THEN 0 ELSE x.relowner END,
      regexp_replace(x.relacl::text, '\\m' || ${literal(owner)} || '\\M', '', 'g'))::text) AS digest
    FROM pg_catalog.pg_class x WHERE ${condition}
    UNION ALL
    SELECT 'pg_sequence:' || x.seqrelid, '', x.seqrelid, md5(x::text) FROM pg_catalog.pg_sequence x WHERE ${condition}`;
}
