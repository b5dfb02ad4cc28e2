import { identifier, literal } from "./sql.ts";

/** Statements that make a space's role, who may log in and nothing else. `stored` is what the server keeps of its password. */
export function createRole(name: string, stored: string, isSuperuser: boolean): string {
  const create = `CREATE ROLE ${identifier(name)} LOGIN`;
  if (isSuperuser) return `${create}; ${changePassword(name, stored)}`;
  return `${create} PASSWORD ${literal(stored)}; GRANT ${identifier(name)} TO CURRENT_USER`;
}

/**
 * Gives a role another password. Written into the catalog, by a superuser: ALTER ROLE derives the empty password as well, to refuse it, which
 * takes longer than all else of it.
 */
export function changePassword(name: string, stored: string): string {
  return `UPDATE pg_catalog.pg_authid SET rolpassword = ${literal(stored)} WHERE rolname = ${literal(name)}`;
}
