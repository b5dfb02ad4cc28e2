import { spaceError } from "../errors.ts";
import type { Admin } from "./admin.ts";
import { endSessions } from "./ending.ts";
import { type Query, sqlState } from "./session.ts";
import { identifier, literal } from "./sql.ts";

/** Of what stands in the way of removing a role or a database. */
const IN_USE = "55006";
const DEPENDED_ON = "2BP01";
const TRIES = 5;
const CLEAR_MS = 10_000;

/** Ends everything in a space and removes its database and its role, however far its making or an earlier removal came. */
export async function dropSpace(admin: Admin, name: string, signal: AbortSignal): Promise<void> {
  const { query } = admin;
  const quoted = identifier(name);
  let attempt = 0;
  while (true) {
    const found = await findSpace(query, name);
    const closing = [
      // So that it cannot come back through another database.
      found.role ? `ALTER ROLE ${quoted} NOLOGIN` : "",
      found.database === "there" ? `ALTER DATABASE ${quoted} IS_TEMPLATE false ALLOW_CONNECTIONS false` : "",
    ].filter((statement) => statement !== "");
    // Whoever was still making it is ended with the rest.
    await endSessions({ admin, name, closing: closing.join("; "), withMaintenance: true, signal });
    signal.throwIfAborted();
    const { database, role, prepared } = await findSpace(query, name);
    if (database === undefined && found.database === undefined) {
      if (role) await dropRole(admin, name);
      return;
    }
    if (prepared.length > 0) await rollBackPrepared(admin, name, prepared, signal);
    try {
      await query(`DROP DATABASE IF EXISTS ${quoted}`);
      if (role) await dropRole(admin, name);
      return;
    } catch (error) {
      attempt += 1;
      if (sqlState(error) !== IN_USE || attempt >= TRIES) throw error;
    }
  }
}

async function findSpace(query: Query, name: string) {
  const quoted = literal(name);
  const [row] = await query(`
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quoted}) AS role,
      (SELECT datconnlimit FROM pg_database WHERE datname = ${quoted}) AS limit,
      (SELECT json_agg(gid) FROM pg_prepared_xacts WHERE database = ${quoted}) AS prepared`);
  // An interrupted removal leaves -2: nothing but another one is allowed then.
  const database = row?.["limit"] == null ? undefined : row["limit"] === "-2" ? "half gone" : "there";
  const prepared: string[] = JSON.parse(row?.["prepared"] ?? "[]");
  return { role: row?.["role"] === "t", database, prepared };
}

/** Only their own database can end them, and they hold its tables. */
async function rollBackPrepared(
  admin: Admin,
  name: string,
  prepared: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const quoted = identifier(name);
  await admin.query(`ALTER DATABASE ${quoted} ALLOW_CONNECTIONS true CONNECTION LIMIT 0`);
  await using session = await admin.open(name, signal);
  for (const gid of prepared) await session.query(rollBack(gid));
  await admin.query(`ALTER DATABASE ${quoted} ALLOW_CONNECTIONS false`);
}

/** Ends a prepared transaction of the session's own database. */
export function rollBack(gid: string): string {
  return `ROLLBACK PREPARED ${literal(gid)}`;
}

async function dropRole(admin: Admin, name: string): Promise<void> {
  const { query } = admin;
  const drop = `DROP ROLE IF EXISTS ${identifier(name)}`;
  try {
    return void (await query(drop));
  } catch (error) {
    if (sqlState(error) !== DEPENDED_ON) throw error;
  }
  // It made something in another database, or somebody gave it rights there.
  const databases = await query(`
    SELECT DISTINCT d.datname, d.datallowconn FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
    JOIN pg_database d ON d.oid = s.dbid OR (s.dbid = 0 AND d.datname = current_database()) WHERE r.rolname = ${literal(name)}`);
  for (const { datname, datallowconn } of databases) {
    if (datname == null || datallowconn !== "t") continue;
    await using session = await admin.open(datname, AbortSignal.timeout(CLEAR_MS));
    await session.query(`DROP OWNED BY ${identifier(name)}`);
  }
  try {
    await query(drop);
  } catch (error) {
    if (sqlState(error) !== DEPENDED_ON) throw error;
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `the role ${name} cannot be removed yet: ${error instanceof Error ? error.message : error}`,
      cause: error,
    });
  }
}
