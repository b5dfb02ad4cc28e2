import { literal, roleId } from "./sql.ts";

/** Catalogs of objects that have owners: the catalog, its column, and which rows can be given away by themselves. */
const OWNED: [catalog: string, column: string, condition?: string][] = [
  [
    "pg_class",
    "relowner",
    // Sequences of columns follow their tables; indexes, TOAST tables and composite types have no owner of their own.
    `relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE x.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = x.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
  ],
  ["pg_proc", "proowner"],
  [
    "pg_type",
    "typowner",
    `(typtype IN ('b', 'd', 'e', 'r') OR EXISTS (SELECT FROM pg_class c WHERE c.oid = x.typrelid AND c.relkind = 'c'))
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = x.oid)`,
  ],
  ["pg_namespace", "nspowner", `nspname !~ '^pg_' AND pg_get_userbyid(nspowner) <> 'pg_database_owner'`],
  ["pg_operator", "oprowner"],
  ["pg_opclass", "opcowner"],
  ["pg_opfamily", "opfowner"],
  ["pg_collation", "collowner"],
  ["pg_conversion", "conowner"],
  ["pg_ts_dict", "dictowner"],
  ["pg_ts_config", "cfgowner"],
  ["pg_statistic_ext", "stxowner"],
  ["pg_foreign_server", "srvowner"],
  ["pg_publication", "pubowner"],
  ["pg_largeobject_metadata", "lomowner"],
];

/**
 * Gives everything in the current database to a role, whoever owns it, but for what belongs to extensions or to PostgreSQL itself. What only a
 * superuser may own goes to the bootstrap user. Not by REASSIGN, which would take databases of other roles as well.
 */
export function takeOwnership(to: string, bootstrapUser: string): string {
  const objects = OWNED.map(([catalog, column, condition = "true"]) => {
    const addressed = catalog === "pg_largeobject_metadata" ? "pg_largeobject" : catalog;
    return `SELECT '${addressed}'::regclass::oid AS catalog, x.oid AS object FROM ${catalog} x
      WHERE ${column} <> ${roleId(to)} AND ${condition}`;
  });
  return `
DO $take$
DECLARE
  command text;
BEGIN
  FOR command IN
    SELECT format('ALTER %s %s OWNER TO %I', upper(i.type), i.identity, ${literal(to)})
    FROM (${objects.join("\nUNION ALL ")}) o, pg_identify_object(o.catalog, o.object, 0) i
    WHERE (o.object >= 16384 OR i.identity = 'public') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.object AND d.deptype = 'e')
  LOOP
    EXECUTE command;
  END LOOP;
  FOR command IN
    SELECT format('ALTER EVENT TRIGGER %I OWNER TO %I', evtname, ${literal(bootstrapUser)}) FROM pg_event_trigger
    WHERE evtowner <> 10
    UNION ALL
    SELECT format('ALTER FOREIGN DATA WRAPPER %I OWNER TO %I', fdwname, ${literal(bootstrapUser)})
    FROM pg_foreign_data_wrapper WHERE fdwowner <> 10
    UNION ALL
    SELECT format('ALTER DATABASE %I OWNER TO %I', datname, ${literal(bootstrapUser)})
    FROM pg_database WHERE datdba = ${roleId(to)}
  LOOP
    EXECUTE command;
  END LOOP;
END
$take$`;
}
