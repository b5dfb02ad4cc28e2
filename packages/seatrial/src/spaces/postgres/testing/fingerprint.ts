import type { MadeSpace } from "../../maker.ts";
import { runToEnd } from "../container-process.ts";
import { literal } from "../sql.ts";
import type { TestServer } from "./server.ts";

/** Everything that can be told of a space from the outside: its dump, and what the server holds of it elsewhere; without its name. */
export async function fingerprintOf(real: TestServer, space: MadeSpace): Promise<string> {
  const [dump, state] = await Promise.all([dumpOf(real, space.name), stateOf(real, space.name)]);
  return `${dump}\n${state}`.replaceAll(space.name, "SPACE");
}

async function dumpOf({ server }: TestServer, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  const { code, lines } = await runToEnd({
    server,
    argv: ["pg_dump"],
    env: {
      PGHOST: "127.0.0.1",
      PGUSER: "postgres",
      PGPASSWORD: server.admin.password ?? "",
      PGDATABASE: name,
      // A lock that somebody still holds is a difference, and no reason to wait.
      PGOPTIONS: "-c lock_timeout=5s",
    },
    onOutput: async (data) => void chunks.push(data),
    signal: AbortSignal.timeout(30_000),
  });
  if (code !== 0) throw new Error(`pg_dump of ${name} failed: ${lines.join("\n")}`);
  const text = Buffer.concat(chunks).toString();
  return (
    text
      // Random in every dump.
      .replaceAll(/^\\(un)?restrict .*$/gm, "")
      // No order of rows is promised: those that were put back lie where there was room.
      .replaceAll(
        /^(COPY .* FROM stdin;)\n((?:.|\n)*?)\n(?=\\\.$)/gm,
        (_, head, rows) => `${head}\n${rows.split("\n").sort().join("\n")}\n`,
      )
  );
}

async function stateOf(real: TestServer, name: string): Promise<string> {
  const admin = await real.connect();
  const inside = await real.connect({ database: name });
  try {
    const quoted = literal(name);
    const outside = await admin.query(`
      SELECT d.datacl::text, d.datconnlimit, d.datallowconn, d.datistemplate, d.dattablespace, d.encoding, d.datcollate,
        pg_get_userbyid(d.datdba) AS owner, to_jsonb(r) - 'oid' - 'rolpassword' AS role,
        (SELECT json_agg(m.*) FROM pg_auth_members m WHERE r.oid IN (roleid, member)) AS memberships,
        (SELECT json_agg(json_build_array(setdatabase = d.oid, setrole = r.oid, setrole = 0, setconfig) ORDER BY setdatabase, setrole)
          FROM pg_db_role_setting WHERE setdatabase = d.oid OR setrole = r.oid) AS settings,
        shobj_description(d.oid, 'pg_database') AS comment,
        (SELECT json_agg(gid) FROM pg_prepared_xacts WHERE database = ${quoted}) AS prepared,
        (SELECT json_agg(query) FROM pg_stat_activity WHERE usename = ${quoted}) AS sessions,
        (SELECT count(*) FROM pg_shdepend s WHERE s.refobjid = r.oid AND s.dbid NOT IN (0, d.oid)) AS elsewhere
      FROM pg_database d LEFT JOIN pg_roles r ON r.rolname = d.datname WHERE d.datname = ${quoted}`);
    const sequences = await inside.query(`
      SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'S' ORDER BY 1`);
    const states = [];
    for (const { name: sequence } of sequences.rows) {
      states.push((await inside.query(`SELECT '${sequence}', last_value, is_called FROM ${sequence}`)).rows);
    }
    const rest = await inside.query(`
      SELECT (SELECT json_agg(json_build_array(oid, extname, extversion, pg_get_userbyid(extowner))) FROM pg_extension) AS extensions,
        (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
        (SELECT json_agg(locktype) FROM pg_locks WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS advisory,
        (SELECT json_agg(nspname ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp') AS schemas,
        (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM pg_depend) AS dependencies`);
    return JSON.stringify([outside.rows, states, rest.rows], null, 1);
  } finally {
    await inside.end();
    await admin.end();
  }
}
