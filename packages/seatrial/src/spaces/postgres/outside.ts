import type { Row } from "./session.ts";
import { identifier, literal } from "./sql.ts";

/** What a server says of a space outside of its database. */
export interface OutsideState {
  /** The database's oid. */
  database: string;
  /** Who owns the database, who may do what with it, what its role is, and what the role left in other databases. */
  fixed: string;
  /** What the server keeps of the role's password. */
  password: string;
  /** Settings of the database and of the role. */
  settings: string;
  /** Changes when a crash may have lost counters. */
  start: string;
  /** Changes when the database's counters began anew. */
  counting: string;
}

/** A space as it was handed out: what it is compared with when it comes back. */
export interface Pristine {
  outside: OutsideState;
  /** The first transaction that can be a test's. */
  since: string;
  /** Times that it was put back. */
  uses: number;
  /** Rows that were written in all these times, those of catalogs included. */
  rows: number;
}

/** Prepares what a superuser asks of a space's outside. */
export const PREPARE_OUTSIDE = `
  PREPARE outside (name) AS
  SELECT d.oid AS database, ROW(d.oid, d.datdba, d.datacl, d.datistemplate, d.datallowconn, d.dattablespace, a.oid, a.rolsuper, a.rolinherit,
      a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication, a.rolbypassrls, a.rolconnlimit, a.rolvaliduntil,
      (SELECT count(*) FROM pg_auth_members m WHERE a.oid IN (m.roleid, m.member)),
      (SELECT count(*) FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = a.oid
        AND s.dbid <> d.oid AND NOT (s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid)),
      (SELECT count(*) FROM pg_get_replication_slots() WHERE datoid = d.oid),
      (SELECT count(*) FROM pg_subscription WHERE subdbid = d.oid))::text AS fixed,
    a.rolpassword AS password,
    (SELECT string_agg(ROW(s.setdatabase, s.setrole, s.setconfig)::text, ' ' ORDER BY s.setdatabase, s.setrole)
      FROM pg_db_role_setting s WHERE s.setdatabase = d.oid OR s.setrole = a.oid) AS settings,
    (SELECT json_agg(x.gid) FROM pg_prepared_xact() x WHERE x.dbid = d.oid) AS prepared,
    EXISTS (SELECT FROM pg_shdescription c WHERE c.classoid = 'pg_database'::regclass AND c.objoid = d.oid) AS commented,
    concat_ws(' ', pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_archiver)) AS start,
    pg_stat_get_db_stat_reset_time(d.oid) AS counting, pg_snapshot_xmax(pg_current_snapshot())::xid AS since
  FROM pg_database d JOIN pg_authid a ON a.rolname = d.datname WHERE d.datname = $1`;

/** Asks for the state outside. */
export function outsideQuery(name: string): string {
  return `EXECUTE outside (${literal(name)})`;
}

/** Begins a database's counters anew, in a session of its own, and asks from when on changes are a test's. */
export function beginCounting(database: string): string {
  return `SELECT pg_stat_reset(), pg_stat_get_db_stat_reset_time(${database}) AS counting,
    pg_snapshot_xmax(pg_current_snapshot())::xid AS since`;
}

/** What is asked along with the state outside. */
export interface Around {
  /** The names of prepared transactions. */
  prepared: string[];
  isCommented: boolean;
}

/** Reads the state outside; undefined: the space is not there. */
export function readOutside([row]: readonly Row[]): (OutsideState & Around) | undefined {
  if (row === undefined) return undefined;
  return {
    database: row["database"] ?? "",
    fixed: row["fixed"] ?? "",
    password: row["password"] ?? "",
    settings: row["settings"] ?? "",
    start: row["start"] ?? "",
    counting: row["counting"] ?? "",
    isCommented: row["commented"] === "t",
    prepared: JSON.parse(row["prepared"] ?? "[]"),
  };
}

/**
 * Gives a space the settings of its template, and no others: CREATE DATABASE does not copy them. Written into the catalog, since no statement
 * takes a setting's text as it is kept.
 */
export function putSettings(name: string, template: string): string {
  const database = (of: string) => `(SELECT oid FROM pg_database WHERE datname = ${literal(of)})`;
  const role = (of: string) => `(SELECT oid FROM pg_authid WHERE rolname = ${literal(of)})`;
  return `
    DELETE FROM pg_db_role_setting WHERE setdatabase = ${database(name)} OR setrole = ${role(name)};
    INSERT INTO pg_db_role_setting
    SELECT CASE setdatabase WHEN 0 THEN 0 ELSE ${database(name)} END,
      CASE setrole WHEN ${role(template)} THEN ${role(name)} ELSE setrole END, setconfig
    FROM pg_db_role_setting WHERE setdatabase = ${database(template)} OR setrole = ${role(template)}`;
}

/** Lets clients in, or keeps everybody out but superusers. Who is in stays. */
export function openDoor(name: string, isOpen: boolean): string {
  return `ALTER DATABASE ${identifier(name)} CONNECTION LIMIT ${isOpen ? -1 : 0}`;
}

/** Takes away what a test wrote about the database. */
export function removeComment(name: string): string {
  return `COMMENT ON DATABASE ${identifier(name)} IS NULL`;
}
