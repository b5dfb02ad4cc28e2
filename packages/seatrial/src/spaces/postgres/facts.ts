import { spaceError } from "../errors.ts";
import type { Session } from "./session.ts";

/** What a server is like, as far as making spaces depends on it. */
export interface ServerFacts {
  /** As `server_version_num`: 170006. */
  version: number;
  /** Copying files of databases costs no wait for the disk. */
  isFast: boolean;
  /** We are its superuser; else somebody who may make roles and databases. */
  isSuperuser: boolean;
  /** Every change of a row is counted. */
  countsChanges: boolean;
  /** As `max_connections`. */
  connections: number;
  /** For passwords; undefined: the server stores them as MD5. */
  scramIterations: number | undefined;
  /** For clients: `disable` where the server has no TLS. */
  sslMode: "disable" | "prefer";
  /** Who owns what nobody else may own. */
  bootstrapUser: string;
}

/** Asks the server what it is like. Fails with SPACE_NOT_MADE where no space could be made. */
export async function readFacts(session: Session, service: string): Promise<ServerFacts> {
  const [row = {}] = await session.query(`
    SELECT current_setting('server_version_num') AS version, current_setting('fsync') AS fsync,
      current_setting('track_counts') AS counts, current_setting('max_connections') AS connections, current_setting('ssl') AS ssl,
      current_setting('password_encryption') AS encryption, current_setting('scram_iterations', true) AS iterations,
      pg_is_in_recovery() AS standby, current_user AS name, rolsuper AS super, rolcreatedb AND rolcreaterole AS maker,
      (SELECT rolname FROM pg_roles WHERE oid = 10) AS bootstrap
    FROM pg_roles WHERE rolname = current_user`);
  const isTrue = (column: string) => row[column] === "t" || row[column] === "on";
  if (!isTrue("super") && !isTrue("maker")) {
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `the user ${row["name"]} of service ${service} may not make databases and roles`,
      hint: "give the service a superuser, or one with CREATEDB and CREATEROLE",
      exitCode: 2,
    });
  }
  if (isTrue("standby")) {
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `service ${service} is a standby, in which nothing can be made`,
      hint: "define the spaces of the primary server",
      exitCode: 2,
    });
  }
  return {
    version: Number(row["version"]),
    isFast: row["fsync"] === "off",
    isSuperuser: isTrue("super"),
    countsChanges: isTrue("counts"),
    connections: Number(row["connections"]),
    scramIterations: row["encryption"] === "md5" ? undefined : Number(row["iterations"] ?? 4096),
    sslMode: isTrue("ssl") ? "prefer" : "disable",
    bootstrapUser: row["bootstrap"] ?? "postgres",
  };
}

/** Whether a used space can be put back: changes are counted in shared memory since PostgreSQL 15, before that some got lost. */
export function canReset(facts: ServerFacts): boolean {
  return facts.version >= 150_000 && facts.isSuperuser && facts.countsChanges;
}
