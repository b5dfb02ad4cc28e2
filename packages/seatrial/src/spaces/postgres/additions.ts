import { writtenSince } from "./catalogs.ts";
import type { Query } from "./session.ts";

/** Objects that tests commonly make, by catalog and in the order in which they go: what holds others first. */
const KINDS: [catalog: string, condition: string][] = [
  ["pg_namespace", "nspname !~ '^pg_'"],
  ["pg_class", "relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I')"],
  // Types of tables, of arrays and of many ranges go with what they belong to.
  [
    "pg_type",
    `(typtype IN ('d', 'e', 'r') OR (typtype = 'c' AND EXISTS (
      SELECT FROM pg_class c WHERE c.oid = x.typrelid AND c.relkind = 'c')))`,
  ],
  // After the ranges whose constructors they are.
  ["pg_proc", "true"],
  ["pg_trigger", "NOT tgisinternal"],
  ["pg_policy", "true"],
  ["pg_statistic_ext", "true"],
];

/** Catalogs whose objects have effects elsewhere than in catalogs: where one was written to, nothing is undone. */
const REFUSED: readonly string[] = ["pg_extension", "pg_event_trigger", "pg_publication", "pg_subscription"];

/** The newest object of a template; undefined where dropping an object might set something off. */
export async function readNewest(query: Query): Promise<string | undefined> {
  const newest = KINDS.map(([catalog]) => `SELECT max(oid) AS oid FROM ${catalog}`);
  const [row] = await query(`
    SELECT max(oid) AS newest, EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled IN ('A', 'R')) AS reacts
    FROM (${newest.join(" UNION ALL ")}) AS found`);
  return row?.["reacts"] === "t" ? undefined : (row?.["newest"] ?? undefined);
}

/** What a drop may reach beyond the catalogs that a test wrote to. */
export const REACHED: readonly string[] = [
  ...["pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_depend", "pg_index", "pg_inherits"],
  ...["pg_policy", "pg_proc", "pg_rewrite", "pg_trigger", "pg_type"],
];

/** Statements that drop the objects that were made in a database since it was handed out. Empty: there are none, or some that must stay. */
export async function undoAdditions(options: {
  query: Query;
  /** Catalogs into which rows were inserted. */
  catalogs: readonly string[];
  /** The newest object of the template. */
  newest: string;
  since: string;
}): Promise<string[]> {
  const { query, catalogs, newest, since } = options;
  if (catalogs.some((name) => REFUSED.includes(name))) return [];
  const objects = KINDS.flatMap(([catalog, condition], turn) =>
    catalogs.includes(catalog)
      ? // What belongs to another new object goes with it.
        `SELECT ${turn} AS turn, '${catalog}'::regclass::oid AS catalog, x.oid AS object FROM ${catalog} x
          WHERE x.oid > ${newest} AND ${writtenSince(since)} AND ${condition} AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = x.oid
              AND d.deptype IN ('a', 'i') AND d.refobjid > ${newest})`
      : [],
  );
  if (objects.length === 0) return [];
  const found = await query(`
    SELECT format('DROP %s IF EXISTS %s CASCADE', replace(upper(i.type), ' OBJECT', ''), i.identity) AS command
    FROM (${objects.join(" UNION ALL ")}) o, pg_identify_object(o.catalog, o.object, 0) i ORDER BY turn, object`);
  return found.flatMap((row) => row["command"] ?? []);
}
