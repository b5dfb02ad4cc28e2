import { pause } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { Row, Run } from "./session.ts";
import { literal } from "./sql.ts";

/** How long terminated sessions may take to be gone. */
const END_MS = 10_000;
const POLL_MS = 1;

/** Marks a statement as work on a space, so that whoever drops the space finds and ends it. */
export function markOf(name: string): string {
  return `/* ${name.replaceAll("*/", "")} */ `;
}

/**
 * Prepares what is asked to end sessions. One that is being let in has a lock on its database until it is listed as a session: locks are to be
 * looked at first, then sessions. `isAlone`: our role is nobody else's, and its sessions are to be left alone.
 */
export function prepareEnding(isAlone: boolean): string {
  return `
    PREPARE entering (name) AS
    SELECT count(*) FROM pg_lock_status() WHERE locktype = 'object' AND classid = 'pg_database'::regclass
      AND objid = (SELECT oid FROM pg_database WHERE datname = $1) AND pid <> pg_backend_pid();
    PREPARE ending (name, text, boolean) AS
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_get_activity(NULL)
    WHERE ${isAlone ? "usesysid IS DISTINCT FROM (SELECT oid FROM pg_roles WHERE rolname = current_user)" : "pid <> pg_backend_pid()"}
      AND ($3 OR backend_type <> 'autovacuum worker')
      AND (datid = (SELECT oid FROM pg_database WHERE datname = $1) OR usesysid = (SELECT oid FROM pg_roles WHERE rolname = $1)
        OR (state = 'active' AND starts_with(query, $2)))`;
}

/**
 * Ends everything that works in a database or as the role of the same name, but for ourselves, and resolves when it is gone and its changes are
 * counted. Nobody new gets in only if the database is closed to others before. Resolves with the answers to `asking`, asked after that.
 */
export async function endSessions(options: {
  admin: { run: Run };
  name: string;
  /** Statements that close the door before. */
  closing?: string | undefined;
  asking?: readonly string[] | undefined;
  /** Maintenance of the server too: it stands in the way of a drop, and changes nothing that a test sees. */
  withMaintenance: boolean;
  signal: AbortSignal;
}): Promise<Row[][]> {
  const { admin, name, closing = "", asking = [], withMaintenance, signal } = options;
  const quoted = literal(name);
  const terminating = `EXECUTE ending (${quoted}, ${literal(markOf(name))}, ${withMaintenance})`;
  const statements = [`EXECUTE entering (${quoted})`, terminating, ...asking].join("; ");
  const until = performance.now() + END_MS;
  // Who is in may have a lock on the door: a test that has changed its database, or its role, and has not committed.
  const close = `${terminating}; BEGIN; SET LOCAL lock_timeout = ${END_MS}; ${closing}; COMMIT; `;
  let first = closing === "" ? "" : close;
  while (true) {
    const results = await admin.run(first + statements);
    first = "";
    const [entering, ended, ...answers] = results.slice(-2 - asking.length);
    const left = Number(entering?.[0]?.["count"]) + Number(ended?.[0]?.["count"]);
    if (left === 0) return answers;
    signal.throwIfAborted();
    if (performance.now() > until) {
      throw spaceError({
        code: "SPACE_NOT_MADE",
        message: `the sessions of ${name} did not end within ${END_MS / 1000} s of being terminated: ${left} are left`,
      });
    }
    await pause(POLL_MS, signal);
  }
}
