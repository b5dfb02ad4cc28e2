import type { Query } from "./session.ts";
import { identifier, literal, roleId } from "./sql.ts";

/** A column of a system catalog that names a role in some rows. */
export interface RoleColumn {
  catalog: string;
  column: string;
  holds: "role" | "roles" | "rights";
}

/** The columns of the current database's catalogs in which a role occurs. */
export async function readRoleColumns(query: Query, role: string): Promise<RoleColumn[]> {
  const rows = await query(`
    SELECT c.relname AS catalog, attname AS column,
      CASE atttypid WHEN 'oid'::regtype THEN 'role' WHEN 'oid[]'::regtype THEN 'roles' ELSE 'rights' END AS holds
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared AND attnum > 0
      AND (atttypid = 'aclitem[]'::regtype OR attname = 'polroles'
        OR (atttypid = 'oid'::regtype AND (attname LIKE '%owner' OR attname IN ('defaclrole', 'umuser'))))`);
  const columns = rows as unknown as RoleColumn[];
  const found = await query(
    columns
      .map(
        (each, at) =>
          `SELECT ${at} AS at WHERE EXISTS (SELECT FROM ${each.catalog} WHERE ${occurs(each, role)})`,
      )
      .join(" UNION ALL "),
  );
  const indices = new Set(found.map((row) => Number(row["at"])));
  return columns.filter((_, at) => indices.has(at));
}

/**
 * Statements that put one role in the place of another, everywhere in the current database: what it owns, what it may do, and what is to be for
 * objects that it makes. Only for a new role, while nobody else is in the database. Written into the catalogs, which takes a tenth of REASSIGN
 * OWNED's time.
 */
export function adopt(columns: readonly RoleColumn[], from: string, to: string): string[] {
  if (columns.length === 0) return [];
  const updates = columns.map((each) => {
    const { catalog, column, holds } = each;
    const value = {
      role: `${roleId(to)}::oid`,
      roles: `array_replace(${column}, ${roleId(from)}::oid, ${roleId(to)}::oid)`,
      rights: `regexp_replace(${column}::text, '\\m${from}\\M', ${literal(to)}, 'g')::aclitem[]`,
    }[holds];
    return `UPDATE pg_catalog.${catalog} SET ${column} = ${value} WHERE ${occurs(each, from)}`;
  });
  return [
    ...updates,
    `UPDATE pg_catalog.pg_shdepend SET refobjid = ${roleId(to)}::oid
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = ${roleId(from)}
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  ];
}

/** The same as far as an ordinary user can have it done. */
export function reassign(from: string, to: string): string {
  return `REASSIGN OWNED BY ${identifier(from)} TO ${identifier(to)}`;
}

function occurs({ column, holds }: RoleColumn, role: string): string {
  if (holds === "role") return `${column} = ${roleId(role)}`;
  if (holds === "roles") return `${roleId(role)}::oid = ANY (${column})`;
  return `${column}::text ~ '\\m${role}\\M'`;
}
