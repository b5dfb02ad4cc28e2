import { PassThrough, type Writable } from "node:stream";
import { deferred } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { Admin } from "./admin.ts";
import { runToEnd } from "./container-process.ts";
import { serverWords, sqlState } from "./session.ts";
import { identifier, literal } from "./sql.ts";

/** SQLSTATE. */
const OBJECT_IN_USE = "55006";

/** Creates a database that is as another one; empty without one. Fails with TEMPLATE_FAILED. */
export async function createFrom(options: {
  admin: Admin;
  /** What it is, for errors. */
  what: string;
  name: string;
  owner: string;
  from: string | undefined;
  /** The new database's address at loopback of the container. */
  env: Record<string, string>;
  signal: AbortSignal;
}): Promise<void> {
  const { admin, what, name, owner, from, env, signal } = options;
  const create = `CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)}`;
  if (from === undefined) return void (await admin.query(create));
  const [source] = await admin.query(`
    SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
      to_jsonb(d) ->> 'datlocprovider' AS provider,
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
      (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND backend_type <> 'autovacuum worker') AS sessions
    FROM pg_database d WHERE datname = ${literal(from)}`);
  if (source === undefined)
    throw failed(`${what}: there is no database ${from}`, await otherDatabases(admin));
  // The server itself would wait five seconds for them to end, and then refuse.
  if (source["sessions"] === "0" && (await isCopied())) return;
  const locale = [
    `ENCODING ${literal(source["encoding"] ?? "UTF8")}`,
    `LC_COLLATE ${literal(source["collate"] ?? "C")} LC_CTYPE ${literal(source["ctype"] ?? "C")}`,
    source["provider"] === "i" ? `LOCALE_PROVIDER icu ICU_LOCALE ${literal(source["locale"] ?? "")}` : "",
  ];
  await admin.query(`${create} TEMPLATE template0 ${locale.join(" ")}`);
  await dump({ admin, what, from, env, signal });

  async function isCopied(): Promise<boolean> {
    try {
      await admin.query(`${create} TEMPLATE ${identifier(from ?? "")}`);
      return true;
    } catch (error) {
      if (sqlState(error) === OBJECT_IN_USE) return false;
      // The server itself has gone, and has said nothing of the database.
      if (sqlState(error) === undefined) throw error;
      throw failed(`${what}: the database ${from} cannot be copied: ${serverWords(error)}`, undefined, error);
    }
  }
}

/** Copies what is in a database that others work in, as its backup would. */
async function dump(options: {
  admin: Admin;
  what: string;
  from: string;
  env: Record<string, string>;
  signal: AbortSignal;
}): Promise<void> {
  const { admin, what, from, env, signal } = options;
  const { server } = admin;
  const pipe = new PassThrough();
  // When psql stops early its own words are what counts.
  pipe.on("error", () => undefined);
  const restoring = runToEnd({
    server,
    argv: ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", "--output=/dev/null"],
    env,
    input: pipe,
    signal,
  });
  restoring.catch(() => undefined);
  const dumped = await runToEnd({
    server,
    argv: ["pg_dump", "--no-owner"],
    env: { ...env, PGDATABASE: from },
    onOutput: (data) => writeTo(pipe, data),
    signal,
  }).finally(() => pipe.end());
  const restored = await restoring;
  for (const [program, { code, lines }] of [["pg_dump", dumped] as const, ["psql", restored] as const]) {
    if (code === 0) continue;
    throw failed(
      `${what}: ${program} failed to copy the database ${from}, in which others work`,
      undefined,
      undefined,
      lines,
    );
  }
}

/** Resolves when there is room for more, or nobody who reads. */
async function writeTo(pipe: Writable, data: Buffer): Promise<void> {
  if (pipe.destroyed || pipe.write(data)) return;
  const room = deferred<void>();
  pipe.once("drain", room.resolve);
  pipe.once("close", room.resolve);
  await room.promise;
  pipe.off("drain", room.resolve);
  pipe.off("close", room.resolve);
}

async function otherDatabases(admin: Admin): Promise<string> {
  const rows = await admin.query(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`);
  return `there are: ${rows.map((row) => row["datname"]).join(", ")}`;
}

function failed(message: string, hint?: string, cause?: unknown, lastLines?: string[]) {
  return spaceError({ code: "TEMPLATE_FAILED", message, hint, cause, lastLines });
}
