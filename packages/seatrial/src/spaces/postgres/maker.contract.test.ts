import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { spaceError } from "../errors.ts";
import type { OutsideStep } from "../maker.ts";
import { runToEnd } from "./container-process.ts";
import { postgresKind } from "./index.ts";
import { fingerprintOf } from "./testing/fingerprint.ts";
import { makerOptions, planOf, startPostgres, type TestServer } from "./testing/server.ts";

const signal = new AbortController().signal;
const shop = join(import.meta.dirname, "testing/shop.sql");
let real: TestServer;
let count = 0;

beforeAll(async () => {
  real = await startPostgres();
}, 120_000);
afterAll(async () => {
  await real?.[Symbol.asyncDispose]();
});

/** Names that no other test of this file has. */
function names() {
  count += 1;
  const prefix = `st_0000face_${count}_`;
  return { prefix, own: `${prefix}t0_` };
}

async function asAdmin<T extends object>(sql: string, database = "postgres"): Promise<T[]> {
  const admin = await real.connect({ database });
  return (await admin.query<T>(sql).finally(() => admin.end())).rows;
}

async function leftovers(prefix: string): Promise<unknown[]> {
  return await asAdmin(`SELECT datname FROM pg_database WHERE starts_with(datname, '${prefix}')
    UNION ALL SELECT rolname FROM pg_roles WHERE starts_with(rolname, '${prefix}')`);
}

/** Kills the server's process behind a connection: the server ends all others then, and begins anew. */
async function crash(client: Client): Promise<void> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  const ended = new Promise((resolve) => client.once("end", resolve));
  const argv = ["kill", "-KILL", String(rows[0].pid)];
  const { code } = await runToEnd({ server: real.server, argv, env: {}, signal });
  expect(code).toBe(0);
  await ended;
}

async function isBack(): Promise<void> {
  const ask = () => asAdmin("SELECT 1").catch(() => []);
  await expect.poll(ask, { timeout: 30_000 }).toHaveLength(1);
}

describe("a template", () => {
  test("is built by files in order and by outside steps with a role of its own, and then sealed", async () => {
    const { prefix, own } = names();
    await using folder = await createFolder({
      "1.sql": "CREATE TABLE first (a int);\nINSERT INTO first VALUES (1);",
      "2.sql": "COPY first FROM stdin;\n2\n3\n\\.\nCREATE EXTENSION pg_stat_statements;",
    });
    const steps: OutsideStep[] = [];
    const files = ["1.sql", "2.sql"].map((name) => join(folder.path, name));
    const command: OutsideStep["step"] = {
      kind: "command",
      target: "test",
      argv: ["migrate"],
      env: {},
      variable: "DB",
    };
    const notes: string[] = [];
    const maker = await postgresKind.open({
      ...makerOptions(real.server, {
        prefix: own,
        plan: planOf([{ kind: "files", files }, command]),
        async runStep(step) {
          steps.push(step);
          const { user = "", password = "", name = "" } = step.values;
          const client = await real.connect({ user, password, database: name });
          await client.query("CREATE TABLE migrated AS SELECT * FROM first").finally(() => client.end());
        },
      }),
      onNote: (note) => void notes.push(note),
    });
    expect(steps).toMatchObject([{ step: command, values: { host: "postgres", port: "5432" } }]);
    expect(steps[0]?.env).toMatchObject({ PGHOST: "postgres", PGUSER: steps[0]?.values["user"] });
    expect(notes).toEqual([...files, "migrate"].map((what) => `db: building its template (${what})`));
    const space = await maker.make(`${prefix}1`, signal);
    const client = await real.connectTo(space);
    expect((await client.query("SELECT count(*) FROM migrated")).rows).toEqual([{ count: "3" }]);
    await client.end();
    const [template] = await asAdmin(`
      SELECT datistemplate, datallowconn, rolcanlogin, rolsuper, rolpassword FROM pg_database
      JOIN pg_authid ON rolname = datname WHERE datname = '${own}template'`);
    expect(template).toEqual({
      datistemplate: true,
      datallowconn: false,
      rolcanlogin: false,
      rolsuper: false,
      rolpassword: null,
    });
    await maker.drop(space.name, signal);
    await maker[Symbol.asyncDispose]();
    expect(await leftovers(prefix)).toEqual([]);
  });

  test("is not what the server forgot of it when it crashed between two steps", async () => {
    const { prefix, own } = names();
    await using folder = await createFolder({ "1.sql": "CREATE TABLE first (a int)" });
    const command = { kind: "command" as const, target: "test", argv: ["migrate"], env: {}, variable: "DB" };
    const plan = planOf([{ kind: "files", files: [join(folder.path, "1.sql")] }, command]);
    const opening = postgresKind.open(
      makerOptions(real.server, {
        prefix: own,
        plan,
        async runStep(step) {
          const { user = "", password = "", name = "" } = step.values;
          const login = { user, password, database: name };
          await crash(await real.connect(login));
          await isBack();
          const client = await real.connect(login);
          await client.query("CREATE TABLE second (a int)").finally(() => client.end());
        },
      }),
    );
    await expect(opening).toThrowWithCode("SPACE_SERVER_LOST");
    expect(await leftovers(prefix)).toEqual([]);
  });

  test.each([
    ["SELECT 1;\n\nSELECT * FROM nowhere;\n", ":3", 'relation "nowhere" does not exist'],
    [
      "CREATE TABLE t (a int UNIQUE);\nINSERT INTO t VALUES (1);\nINSERT INTO t\nVALUES (1);",
      // Where the statement ends, as psql counts.
      ":4",
      "duplicate key",
    ],
    ["SELEKT 1", ":1", "syntax error"],
  ])("whose file is wrong says where, and leaves nothing: %j", async (sql, place, words) => {
    const { prefix, own } = names();
    await using folder = await createFolder({ "bad.sql": sql });
    const file = join(folder.path, "bad.sql");
    const opening = postgresKind.open(
      makerOptions(real.server, { prefix: own, plan: planOf([{ kind: "files", files: [file] }]) }),
    );
    await expect(opening).rejects.toThrow(`${file}${place}: `);
    await expect(opening).rejects.toThrow(words);
    await expect(opening).toThrowWithCode("TEMPLATE_FAILED");
    expect(await leftovers(prefix)).toEqual([]);
  });

  test("is built without psql where the image has none", async () => {
    const { own } = names();
    await using folder = await createFolder({
      "1.sql": "CREATE TABLE t (a int);\nSELECT 1",
      "2.sql": "\n\nSELECT * FROM no;",
    });
    const server = {
      ...real.server,
      run: (spec: Parameters<typeof real.server.run>[0]) =>
        real.server.run({ ...spec, argv: ["/no/such/psql"] }, signal),
    };
    const open = (file: string) =>
      postgresKind.open(
        makerOptions(server, {
          prefix: own,
          plan: planOf([{ kind: "files", files: [join(folder.path, file)] }]),
        }),
      );
    await (await open("1.sql"))[Symbol.asyncDispose]();
    await expect(open("2.sql")).rejects.toThrow(/2\.sql:3: relation "no" does not exist/);
  });

  test("that fails outside fails with that, and leaves nothing", async () => {
    const { prefix, own } = names();
    const reason = new Error("migrations failed");
    const step = { kind: "service", service: "migrate", variable: "DB" } as const;
    const opening = postgresKind.open(
      makerOptions(real.server, { prefix: own, plan: planOf([step]), runStep: () => Promise.reject(reason) }),
    );
    await expect(opening).rejects.toBe(reason);
    expect(await leftovers(prefix)).toEqual([]);
  });

  test.each(["idle", "busy"])(
    "is copied from a database that is %s, whoever owns what is in it",
    async (state) => {
      const { prefix, own } = names();
      const from = `app_${state}`;
      await asAdmin(`CREATE DATABASE ${from}`);
      const { code, lines } = await runToEnd({
        server: real.server,
        argv: ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
        env: {
          PGHOST: "127.0.0.1",
          PGUSER: "postgres",
          PGPASSWORD: real.server.admin.password ?? "",
          PGDATABASE: from,
        },
        input: [
          "CREATE ROLE someone_" +
            state +
            "; CREATE TABLE theirs (a int); ALTER TABLE theirs OWNER TO someone_" +
            state +
            ";",
          "CREATE FUNCTION fire() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION fire();",
          "CREATE SCHEMA deep; CREATE TYPE deep.pair AS (a int, b int); SELECT lo_from_bytea(0, 'large');",
          await readFile(shop, "utf8"),
        ],
        signal,
      });
      expect([code, lines.slice(-5)]).toEqual([0, expect.anything()]);
      const other = state === "busy" ? await real.connect({ database: from }) : undefined;
      const start = Date.now();
      const maker = await postgresKind.open(
        makerOptions(real.server, { prefix: own, plan: planOf([], { template: { from, steps: [] } }) }),
      );
      // The server's own wait for sessions of the source is five seconds.
      expect(Date.now() - start).toBeLessThan(4500);
      await other?.end();
      const space = await maker.make(`${prefix}1`, signal);
      const client = await real.connectTo(space);
      await client.query(
        "ALTER TABLE theirs ADD COLUMN b int; DROP TYPE deep.pair; DROP SCHEMA deep; DROP FUNCTION as_owner",
      );
      await client.query(
        "SELECT lo_unlink(oid) FROM pg_largeobject_metadata; TRUNCATE orders; DROP TABLE customers CASCADE",
      );
      await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION citext");
      await client.end();
      expect(await maker.reset(space, signal)).toBe(false);
      await maker.drop(space.name, signal);
      await maker[Symbol.asyncDispose]();
      expect(await leftovers(prefix)).toEqual([]);
      expect(
        await asAdmin(`SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = '${from}'`),
      ).toEqual([{ owner: "postgres" }]);
    },
  );

  test("is not copied from a database that is not there", async () => {
    const { own } = names();
    const plan = planOf([], { template: { from: "nowhere", steps: [] } });
    const opening = postgresKind.open(makerOptions(real.server, { prefix: own, plan }));
    await expect(opening).rejects.toThrow("there is no database nowhere");
    await expect(opening).toThrowWithCode("TEMPLATE_FAILED");
  });
});

test("a space has the same owners as if the server itself had been asked to reassign them", async () => {
  const { prefix, own } = names();
  await using maker = await postgresKind.open(
    makerOptions(real.server, { prefix: own, plan: planOf([{ kind: "files", files: [shop] }]) }),
  );
  const space = await maker.make(`${prefix}1`, signal);
  const asked = { ...space, name: `${prefix}2` };
  await asAdmin(`CREATE ROLE ${asked.name} LOGIN`);
  await asAdmin(`CREATE DATABASE ${asked.name} TEMPLATE ${own}template OWNER ${asked.name}`);
  await asAdmin(`REVOKE ALL ON DATABASE ${asked.name} FROM PUBLIC`);
  await asAdmin(`ALTER DATABASE ${asked.name} SET "shop.setting" = 'a, "b" ''c'''`);
  await asAdmin(`REASSIGN OWNED BY ${own}template TO ${asked.name}`, asked.name);
  expect(await fingerprintOf(real, space)).toBe(await fingerprintOf(real, asked));
  for (const { name } of [space, asked]) await maker.drop(name, signal);
});

describe("a space", () => {
  test("lets its own role do with it what it likes, and nothing else", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(
      makerOptions(real.server, { prefix: own, plan: planOf([{ kind: "files", files: [shop] }]) }),
    );
    const [one, other] = [await maker.make(`${prefix}1`, signal), await maker.make(`${prefix}2`, signal)];
    const client = await real.connectTo(one);
    await client.query(
      "ALTER TABLE orders ADD COLUMN more int; TRUNCATE visits; CREATE EXTENSION hstore; DROP VIEW rich",
    );
    for (const forbidden of [
      "CREATE ROLE intruder",
      "CREATE DATABASE intruder",
      `DROP DATABASE ${other.name}`,
      `ALTER ROLE ${other.name} PASSWORD 'x'`,
      `ALTER ROLE ${one.name} SUPERUSER`,
      `SET ROLE ${own}template`,
      `SET ROLE ${other.name}`,
      "SET session_replication_role = replica",
      "SET track_counts = off",
      "SELECT pg_stat_reset()",
      "COPY orders TO '/tmp/x'",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT * FROM pg_authid",
      `ALTER DATABASE ${other.name} SET work_mem = '1MB'`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%admin'`,
    ]) {
      await expect(client.query(forbidden), forbidden).rejects.toThrow(
        /permission denied|must be owner|not exist/,
      );
    }
    await client.end();
    for (const database of [other.name, `${own}template`]) {
      await expect(real.connect({ ...one.values, database })).rejects.toThrow(
        /permission denied for database|not currently accepting connections/,
      );
    }
    await expect(real.connect({ ...one.values, password: "wrong" })).rejects.toThrow(
      "password authentication failed",
    );
    for (const { name } of [one, other]) await maker.drop(name, signal);
  });

  test("is dropped with everything that holds it: sessions, prepared transactions, rights and objects elsewhere", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own }));
    const [one, other] = [await maker.make(`${prefix}1`, signal), await maker.make(`${prefix}2`, signal)];
    const client = await real.connectTo(one);
    await client.query("CREATE TABLE t (a int)");
    await client.query("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'of one'");
    await client.query(`ALTER DATABASE ${one.name} IS_TEMPLATE true`);
    const elsewhere = await real.connect({ ...one.values, database: "postgres" });
    await elsewhere.query("SELECT lo_from_bytea(0, 'mine'); BEGIN");
    const neighbour = await real.connectTo(other);
    await neighbour.query(`CREATE TABLE t (a int); GRANT SELECT ON t TO ${one.name}`);
    const start = Date.now();
    await maker.drop(one.name, signal);
    expect(Date.now() - start).toBeLessThan(4000);
    expect(await maker.list(prefix, signal)).toEqual([other.name]);
    await neighbour.query("SELECT 1 FROM t");
    await neighbour.end();
    await maker.drop(other.name, signal);
  });

  test("that was half dropped is dropped again", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own }));
    const space = await maker.make(`${prefix}1`, signal);
    // What an interrupted DROP DATABASE leaves.
    await asAdmin(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${space.name}'`);
    expect(await maker.list(prefix, signal)).toEqual([space.name]);
    await maker.drop(space.name, signal);
    expect(await maker.list(prefix, signal)).toEqual([]);
  });

  test("that another owner was making when it died is found and dropped", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own }));
    const name = `${prefix}1`;
    const dead = await real.connect();
    await dead.query(`CREATE ROLE ${name}`);
    const making = dead.query(`/* ${name} */ CREATE DATABASE ${name} OWNER ${name} STRATEGY wal_log`);
    making.catch(() => undefined);
    await expect
      .poll(() => asAdmin(`SELECT FROM pg_stat_activity WHERE query LIKE '/* ${name} */%'`))
      .toHaveLength(1);
    expect(await maker.list(prefix, signal)).toEqual([name]);
    await maker.drop(name, signal);
    expect(await leftovers(name)).toEqual([]);
  });

  test("of a name that the server would change is refused", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own }));
    for (const name of ["", "x".repeat(64), 'quo"te', "it's; DROP DATABASE x", "Upper", "żółć", "nul\0"]) {
      await expect(maker.make(name, signal), name).toThrowWithCode("SPACE_NOT_MADE");
    }
    for (const name of ["x".repeat(300), 'quo"te', "it's; DROP DATABASE x --", "*/ x"]) {
      await maker.drop(name, signal);
    }
    expect(await maker.list(prefix, signal)).toEqual([]);
  });

  test.each(["postgres", "modest_maker"])(
    "of a template that was there when the server crashed has its sequences where they were (made by %s)",
    async (user) => {
      const { prefix, own } = names();
      const password = user === "postgres" ? real.server.admin.password : "modest";
      if (user !== "postgres")
        await asAdmin(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`);
      await using folder = await createFolder({
        "1.sql": `
          CREATE TABLE t (id serial, a int); INSERT INTO t (a) SELECT generate_series(1, 20); CREATE SEQUENCE unused;
          DO $$ BEGIN FOR n IN 1..420 LOOP
            EXECUTE format('CREATE SEQUENCE s%s; SELECT nextval(''s%s'')', n, n);
          END LOOP; END $$`,
      });
      const plan = planOf([{ kind: "files", files: [join(folder.path, "1.sql")] }]);
      const server = { ...real.server, admin: { user, password } };
      await using maker = await postgresKind.open(makerOptions(server, { prefix: own, plan }));
      await crash(await real.connect());
      await isBack();
      const space = await maker.make(`${prefix}1`, signal);
      const client = await real.connectTo(space);
      const { rows } = await client.query(`
        INSERT INTO t (a) VALUES (21) RETURNING id, nextval('unused') AS unused,
          (SELECT array_agg(DISTINCT nextval('s' || n)) FROM generate_series(1, 420) n) AS others`);
      await client.end();
      expect(rows).toEqual([{ id: 21, unused: "1", others: ["2"] }]);
      await maker.drop(space.name, signal);
    },
  );

  test("of a template with UNLOGGED tables has none of their rows since the server crashed, whoever had it before", async () => {
    const { prefix, own } = names();
    await using folder = await createFolder({ "1.sql": "CREATE UNLOGGED TABLE t AS SELECT 1 AS a" });
    const plan = planOf([{ kind: "files", files: [join(folder.path, "1.sql")] }]);
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own, plan }));
    const use = async (name: string) => {
      const space = await maker.make(name, signal);
      const client = await real.connectTo(space);
      await client.query("INSERT INTO t VALUES (2)");
      const { rows } = await client.query("SELECT a FROM t ORDER BY a").finally(() => client.end());
      return { found: rows.map(({ a }) => a), isPutBack: await maker.reset(space, signal) };
    };
    expect(await use(`${prefix}1`)).toEqual({ found: [1, 2], isPutBack: true });
    await crash(await real.connect());
    await isBack();
    expect(await use(`${prefix}2`)).toEqual({ found: [2], isPutBack: false });
    for (const name of await maker.list(prefix, signal)) await maker.drop(name, signal);
  });

  test.each(["made", "put back"])("that was %s before the server crashed is as it was then", async (how) => {
    const { prefix, own } = names();
    await using folder = await createFolder({ "1.sql": "CREATE TABLE t (a int); INSERT INTO t VALUES (1)" });
    const plan = planOf([{ kind: "files", files: [join(folder.path, "1.sql")] }]);
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own, plan }));
    const bystander = await real.connect();
    const space = await maker.make(`${prefix}1`, signal);
    if (how === "put back") {
      const user = await real.connectTo(space);
      await user.query("INSERT INTO t VALUES (2)");
      await user.end();
      expect(await maker.reset(space, signal)).toBe(true);
    }
    await crash(bystander);
    await isBack();
    const client = await real.connectTo(space);
    const { rows } = await client.query(
      "INSERT INTO t VALUES (3) RETURNING (SELECT array_agg(a) FROM t) AS found",
    );
    await client.end();
    expect(rows).toEqual([{ found: [1] }]);
    await maker.drop(space.name, signal);
  });

  test("of a server that has crashed since is not put back", async () => {
    const { prefix, own } = names();
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: own }));
    const space = await maker.make(`${prefix}1`, signal);
    await crash(await real.connectTo(space));
    await isBack();
    expect(await maker.reset(space, signal)).toBe(false);
    await maker.drop(space.name, signal);
  });
});

test("a user who may make roles and databases is enough, but nothing is put back", async () => {
  const { prefix, own } = names();
  await asAdmin("CREATE ROLE modest LOGIN CREATEDB CREATEROLE PASSWORD 'modest'");
  const server = { ...real.server, admin: { user: "modest", password: "modest" } };
  await using folder = await createFolder({ "1.sql": "CREATE TABLE t (a int); CREATE EXTENSION citext" });
  const plan = planOf([{ kind: "files", files: [join(folder.path, "1.sql")] }]);
  const maker = await postgresKind.open(makerOptions(server, { prefix: own, plan }));
  const space = await maker.make(`${prefix}1`, signal);
  const client = await real.connectTo(space);
  await client.query("ALTER TABLE t ADD COLUMN b int; DROP EXTENSION citext");
  expect(await maker.reset(space, signal)).toBe(false);
  await maker.drop(space.name, signal);
  await maker[Symbol.asyncDispose]();
  expect(await leftovers(prefix)).toEqual([]);
});

test("a user who may not is told so, and one who is not let in as well", async () => {
  const { own } = names();
  await asAdmin("CREATE ROLE nobody_much LOGIN PASSWORD 'x'");
  const open = (user: string, password: string) =>
    postgresKind.open(makerOptions({ ...real.server, admin: { user, password } }, { prefix: own }));
  await expect(open("nobody_much", "x")).rejects.toThrow("may not make databases and roles");
  await expect(open("nobody_much", "wrong")).rejects.toThrow("does not let nobody_much in");
  await expect(open("nobody_much", "wrong")).toThrowWithCode("SPACE_NOT_MADE");
});

test("a server that is away, or goes away, is said to be lost, and closing has nothing left to do", async () => {
  const { prefix, own } = names();
  const away = { ...real.server, port: 1 };
  await expect(postgresKind.open(makerOptions(away, { prefix: own }))).toThrowWithCode("SPACE_SERVER_LOST");
  const leaving = await startPostgres();
  const maker = await postgresKind.open(makerOptions(leaving.server, { prefix: own }));
  const space = await maker.make(`${prefix}1`, signal);
  await leaving[Symbol.asyncDispose]();
  await expect(maker.make(`${prefix}2`, signal)).toThrowWithCode("SPACE_SERVER_LOST");
  await expect(maker.reset(space, signal)).toThrowWithCode("SPACE_SERVER_LOST");
  await expect(maker.drop(space.name, signal)).toThrowWithCode("SPACE_SERVER_LOST");
  await maker[Symbol.asyncDispose]();
});

describe("a server that is lost while a template is built", () => {
  test("is said to be lost when it goes during the copying of a database", async () => {
    const { own } = names();
    await asAdmin("CREATE DATABASE copied_when_lost");
    const server = {
      ...real.server,
      async dial(port: number, during: AbortSignal) {
        const stream = await real.server.dial(port, during);
        const { write } = stream;
        stream.write = (chunk: Buffer, ...more: unknown[]) => {
          if (!chunk.includes(" TEMPLATE ")) return Reflect.apply(write, stream, [chunk, ...more]);
          stream.destroy();
          return false;
        };
        return stream;
      },
    };
    const plan = planOf([], { template: { from: "copied_when_lost", steps: [] } });
    await expect(postgresKind.open(makerOptions(server, { prefix: own, plan }))).toThrowWithCode(
      "SPACE_SERVER_LOST",
    );
  });

  test.each([
    ["the crash of another process of it", async () => crash(await real.connect()), "SPACE_SERVER_LOST"],
    ["nothing of the kind", async () => undefined, "TEMPLATE_FAILED"],
  ])("is told from one that refused: %s", async (_, happens, code) => {
    const { own } = names();
    const step = { kind: "service", service: "migrate", variable: "DB" } as const;
    const runStep = async () => {
      await happens();
      throw spaceError({ code: "TEMPLATE_FAILED", message: "migrate failed", lastLines: ["no connection"] });
    };
    const opening = postgresKind.open(
      makerOptions(real.server, { prefix: own, plan: planOf([step]), runStep }),
    );
    const error = await opening.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, lastLines: ["no connection"] });
    await isBack();
  });
});
