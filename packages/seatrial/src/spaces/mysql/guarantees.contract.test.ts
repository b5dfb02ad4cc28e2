import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TemplatePlan } from "../../model/index.ts";
import { spaceError } from "../errors.ts";
import type { OutsideStep, SpaceMaker, SpaceServer } from "../maker.ts";
import type { DockerServer } from "../testing/docker-server.ts";
import { dumpOf, load, logIn, openMaker, query, startMariadb } from "../testing/mariadb.ts";
import { ODDITIES, SCHEMA } from "../testing/mariadb-schema.ts";

const signal = new AbortController().signal;
const prefix = `st_${randomBytes(4).toString("hex")}_`;
let count = 0;
const nextName = () => `${prefix}${++count}`;

let folder = "";
let docker: DockerServer;
let server: SpaceServer;
let maker: SpaceMaker;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-mysql-"));
  docker = await startMariadb(`mysql-${randomBytes(3).toString("hex")}`);
  server = docker.server;
  maker = await open({ steps: [await sqlFile(SCHEMA)] });
}, 120_000);

afterAll(async () => {
  await docker?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function sqlFile(text: string): Promise<TemplatePlan["steps"][number]> {
  const file = path.join(folder, `${randomBytes(4).toString("hex")}.sql`);
  await writeFile(file, text);
  return { kind: "files", files: [file] };
}

async function open(
  template: TemplatePlan,
  runStep?: (step: OutsideStep) => Promise<void>,
): Promise<SpaceMaker> {
  return await openMaker(server, {
    prefix: `${prefix}t${++count}_`,
    template,
    ...(runStep ? { runStep } : {}),
  });
}

/** Definers are the copy's own. */
const withoutDefiners = (dump: string) => dump.replace(/DEFINER=`[^`]*`@`[^`]*`/g, "DEFINER");

describe("a space's user", () => {
  test("sees and changes nothing but its own database", async () => {
    const [own, other] = [await maker.make(nextName(), signal), await maker.make(nextName(), signal)];
    // What a `_` in a grant would stand for, if it were not escaped.
    const alike = own.name.replace("_", "x");
    await query(server, `CREATE DATABASE ${alike}; CREATE TABLE ${alike}.secrets (id INT)`);
    const template = (await maker.list(prefix, signal)).find((name) => name.endsWith("template")) ?? "";
    for (const place of [other.name, alike, template, "app", "mysql"]) {
      for (const attempt of [
        `USE ${place}`,
        `SELECT * FROM ${place}.orders`,
        `CREATE TABLE ${place}.x (id INT)`,
      ]) {
        await expect(query(server, attempt, own), attempt).rejects.toThrow(/denied/);
      }
    }
    expect(await query(server, "SHOW DATABASES", own)).toEqual([
      { Database: "information_schema" },
      { Database: own.name },
    ]);
    expect(await query(server, "SELECT DISTINCT USER FROM information_schema.PROCESSLIST", own)).toEqual([
      { USER: own.name },
    ]);
    await query(server, `DROP DATABASE ${alike}`);
  });

  test("makes no users, gives no rights, kills nobody else's session, and touches no files", async () => {
    const [own, other] = [await maker.make(nextName(), signal), await maker.make(nextName(), signal)];
    await using theirs = await held(other);
    const attempts = [
      "CREATE USER me IDENTIFIED BY 'x'",
      `GRANT ALL ON ${own.name}.* TO '${other.name}'@'%'`,
      `GRANT ALL ON *.* TO '${own.name}'@'%'`,
      `SET PASSWORD FOR '${other.name}'@'%' = PASSWORD('x')`,
      `CREATE DATABASE ${prefix}mine`,
      "CREATE DEFINER=root@localhost PROCEDURE p() SELECT 1",
      "SELECT 1 INTO OUTFILE '/tmp/x'",
      "SET GLOBAL event_scheduler = OFF",
      `KILL ${theirs.id}`,
    ];
    for (const attempt of attempts) {
      await expect(query(server, attempt, own), attempt).rejects.toThrow(/denied|not owner/i);
    }
  });
});

async function held(space: Parameters<typeof query>[2], sql = "DO 0") {
  const connection = await logIn(server, space);
  // Some of them wait for ever.
  void connection.query(sql).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    id: connection.threadId,
    async [Symbol.asyncDispose]() {
      connection.destroy();
    },
  };
}

describe("what a test leaves behind", () => {
  const leftovers = {
    "an open transaction": "BEGIN; INSERT INTO orders (customer) VALUES (1)",
    "a transaction that only read": "BEGIN; SELECT * FROM orders",
    "locked tables": "LOCK TABLES orders WRITE, audit WRITE",
    "a named lock": "SELECT GET_LOCK('migrate', 1)",
    "a running query": "SELECT SLEEP(100), (SELECT COUNT(*) FROM orders)",
    "a loop in the server":
      "BEGIN NOT ATOMIC WHILE TRUE DO INSERT INTO audit VALUES ('loop', 1); END WHILE; END",
    "a temporary table": "CREATE TEMPORARY TABLE orders (id INT)",
  };
  for (const [what, sql] of Object.entries(leftovers)) {
    test(`${what} neither keeps a space from being put back nor from being dropped`, async () => {
      const [one, other] = [await maker.make(nextName(), signal), await maker.make(nextName(), signal)];
      const clean = await dumpOf(server, other.name);
      await using _one = await held(one, sql);
      await using _other = await held(other, sql);
      const start = performance.now();
      expect(await maker.reset(one, signal)).toBe(true);
      await maker.drop(other.name, signal);
      expect(performance.now() - start).toBeLessThan(3_000);
      expect(await dumpOf(server, one.name)).toBe(clean);
      expect(await maker.list(other.name, signal)).not.toContain(other.name);
      expect(await query(server, "SELECT IS_FREE_LOCK('migrate') AS free")).toEqual([{ free: 1 }]);
    });
  }

  test("a prepared XA transaction is seen: the space is not put back, and can be dropped", async () => {
    const space = await maker.make(nextName(), signal);
    {
      await using _session = await held(
        space,
        "XA START 'it''s', 'b', 7; INSERT INTO audit VALUES ('x', 1); XA END 'it''s', 'b', 7; XA PREPARE 'it''s', 'b', 7",
      );
    }
    expect(await maker.reset(space, signal)).toBe(false);
    await maker.drop(space.name, signal);
    expect(await query(server, "XA RECOVER")).toEqual([]);
  });

  test("a pool of connections that it forgot does not come back into a space that was put back", async () => {
    const space = await maker.make(nextName(), signal);
    const before = { ...space, values: { ...space.values } };
    await query(server, "INSERT INTO audit VALUES ('mine', 1)", before);
    expect(await maker.reset(space, signal)).toBe(true);
    await expect(query(server, "SELECT 1", before)).rejects.toThrow(/denied/);
    expect(await query(server, "SELECT * FROM audit", space)).toEqual([]);
    expect({ ...space.values, password: "" }).toEqual({ ...before.values, password: "" });
  });

  test("a session that the administrator has in it ends too", async () => {
    const space = await maker.make(nextName(), signal);
    const root = await logIn(server);
    await root.query(`USE ${space.name}; BEGIN; SELECT * FROM orders FOR UPDATE`);
    expect(await maker.reset(space, signal)).toBe(true);
    await expect(root.query("SELECT 1")).rejects.toThrow();
  });
});

describe("names", () => {
  test("hold SQL without harm, and fail clearly when the server does not take them", async () => {
    const neighbour = await maker.make(nextName(), signal);
    const odd = [`${prefix}a\`b'; DROP DATABASE app; -- `.trimEnd(), `${prefix}"x\\y%_`, `${prefix}żółć 🦆`];
    for (const name of [...odd, `${prefix}${"x".repeat(300)}`]) {
      const space = await maker.make(name, signal).catch((error: unknown) => error);
      if (space instanceof Error) {
        await expect(Promise.reject(space)).toThrowWithCode("SPACE_NOT_MADE");
      } else {
        expect(await query(server, "SELECT COUNT(*) AS n FROM orders", space as typeof neighbour)).toEqual([
          { n: 2 },
        ]);
        expect(await maker.list(name, signal)).toEqual([name]);
      }
      await maker.drop(name, signal).catch(() => undefined);
      expect(await maker.list(name, signal)).toEqual([]);
    }
    await query(server, "SELECT 1", neighbour);
    await query(server, "USE app");
  });
});

describe("a template", () => {
  test("that is copied from a database is that database, with definers of its own", async () => {
    await load(server, "app", SCHEMA + ODDITIES);
    await using copies = await open({ from: "app", steps: [] });
    const space = await copies.make(nextName(), signal);
    const original = withoutDefiners(await dumpOf(server, "app"));
    const unqualified = original
      .replace("TRIGGER app.named BEFORE UPDATE ON app.audit", "TRIGGER named BEFORE UPDATE ON audit")
      .replace("'`own`.' AS", "'`app`.' AS");
    expect(withoutDefiners(await dumpOf(server, space.name))).toBe(unqualified);
    expect(unqualified).not.toBe(original);
    expect(await query(server, "SELECT id, n FROM history FOR SYSTEM_TIME ALL", space)).toHaveLength(4);
    expect(await query(server, "SELECT id FROM crossing ORDER BY id", space)).toEqual([{ id: 1 }, { id: 2 }]);
    // A sequence and other engines keep it from being put back.
    expect(await copies.reset(space, signal)).toBe(false);
  });

  test("names the file and line that the server refuses, and leaves nothing", async () => {
    const bad = await sqlFile("CREATE TABLE fine (id INT);\n\nCREATE TABEL wrong (id INT);\n");
    const error = await open({ steps: [bad] }).catch((thrown: unknown) => thrown);
    await expect(Promise.reject(error)).toThrowWithCode("TEMPLATE_FAILED");
    expect(String(error)).toMatch(/\.sql: ERROR 1064 .* at line 3/);
    expect(await maker.list(`${prefix}t${count}_`, signal)).toEqual([]);
  });

  test("fails for a file or a database that is not there", async () => {
    await expect(open({ steps: [{ kind: "files", files: ["/no/such.sql"] }] })).toThrowWithCode(
      "TEMPLATE_FAILED",
    );
    await expect(open({ from: "nowhere", steps: [] })).toThrowWithCode("TEMPLATE_FAILED");
    expect(await maker.list(`${prefix}t${count}_`, signal)).toEqual([]);
  });

  test("is built by steps elsewhere with an address that nobody can use once it is sealed", async () => {
    const step = {
      kind: "command" as const,
      target: "app",
      argv: ["migrate", "up"],
      env: {},
      variable: "DB",
    } as TemplatePlan["steps"][number];
    let given: OutsideStep | undefined;
    let asBuilder: Parameters<typeof query>[2];
    await using built = await open({ steps: [await sqlFile(SCHEMA), step] }, async (outside) => {
      given = outside;
      asBuilder = { name: "template", port: 3306, values: outside.values };
      await query(
        server,
        "CREATE TABLE migrated (id INT AUTO_INCREMENT PRIMARY KEY); INSERT INTO migrated VALUES (7)",
        asBuilder,
      );
      await query(server, "CREATE VIEW seen AS SELECT * FROM migrated", asBuilder);
    });
    expect(given?.values).toMatchObject({ host: server.service, port: "3306" });
    expect(given?.env["MYSQL_PWD"]).toBe(given?.values["password"]);
    const space = await built.make(nextName(), signal);
    expect(await query(server, "SELECT * FROM seen", space)).toEqual([{ id: 7 }]);
    expect(
      await query(server, "INSERT INTO migrated VALUES (); SELECT LAST_INSERT_ID() AS id", space),
    ).toMatchObject([{}, [{ id: 8 }]]);
    await expect(query(server, "SELECT 1", asBuilder)).rejects.toThrow(/denied|locked/);
  });

  test("fails as its step elsewhere does", async () => {
    const step = { kind: "service", service: "migrate", variable: "DB" } as const;
    const reason = new Error("the step's own");
    await expect(open({ steps: [step] }, () => Promise.reject(reason))).rejects.toThrow("the step's own");
  });

  test("with events has them in each space and not in itself", async () => {
    const tick =
      "CREATE TABLE ticks (n INT); CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO ticks VALUES (1);";
    await using ticking = await open({ steps: [await sqlFile(tick)] });
    const space = await ticking.make(nextName(), signal);
    await expect
      .poll(() => query(server, "SELECT COUNT(*) > 0 AS yes FROM ticks", space), { timeout: 10_000 })
      .toEqual([{ yes: 1 }]);
    expect(
      await query(
        server,
        "SELECT EVENT_SCHEMA AS s FROM information_schema.EVENTS WHERE EVENT_NAME = 'tick'",
      ),
    ).toEqual([{ s: space.name }]);
    expect(await ticking.reset(space, signal)).toBe(false);
    await ticking.drop(space.name, signal);
  });
});

describe("the administrator", () => {
  test("comes from a file of the container too, and is refused clearly when nothing tells", async () => {
    const { MARIADB_ROOT_PASSWORD: password = "", ...env } = server.env;
    await server.writeFile({ path: "/run/secret", content: `${password}\n`, mode: 0o600 }, signal);
    const fromFile = { ...server, env: { ...env, MYSQL_ROOT_PASSWORD_FILE: "/run/secret" } };
    await using other = await openMaker(fromFile, { prefix: `${prefix}f_` });
    await other.list(prefix, signal);
    await expect(openMaker({ ...server, env }, { prefix })).toThrowWithCode("SPACE_NOT_MADE");
    const wrong = { ...server, env: { ...env, MYSQL_ROOT_PASSWORD: "wrong" } };
    await expect(openMaker(wrong, { prefix })).toThrowWithCode("SPACE_NOT_MADE");
    const space = await maker.make(nextName(), signal);
    const { user, password: own } = space.values;
    const lowly = { ...server, env, admin: { user, password: own } };
    const error = await openMaker(lowly, { prefix }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/may not create users/);
  });

  test("whose session is killed while it is idle has a new one; in the middle of work the space is not made", async () => {
    const root = await logIn(server);
    const kill = async (where: string) => {
      const sessions = `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'root' AND ID <> CONNECTION_ID() AND ${where}`;
      const [rows] = await root.query(sessions);
      // One may end by itself meanwhile.
      for (const { id } of rows as { id: number }[]) await root.query(`KILL ${id}`).catch(() => undefined);
      return (rows as object[]).length;
    };
    await maker.list(prefix, signal);
    // A session that has answered is idle a moment later.
    await expect.poll(() => kill("COMMAND = 'Sleep'")).toBeGreaterThan(0);
    // Nobody knows of its end before the news of it has come through the tunnel.
    const listed = () => maker.list(prefix, signal).then(() => true, String);
    await expect.poll(listed).toBe(true);
    await maker.make(nextName(), signal);
    // Whoever copies the template's rows waits for this one.
    const template = (await maker.list(`${prefix}t1_`, signal))[0];
    await root.query(`LOCK TABLES ${template}.orders WRITE`);
    const name = nextName();
    const making = maker.make(name, signal);
    const failure = expect(making).toThrowWithCode("SPACE_NOT_MADE");
    await expect.poll(() => kill(`DB = '${name}'`)).toBe(1);
    await failure;
    root.destroy();
    await maker.drop(name, signal);
    await maker.make(name, signal);
  });

  test("is told from a server that is gone", async () => {
    await using own = await startMariadb(`mysql-${randomBytes(3).toString("hex")}`);
    const doomed = await openMaker(own.server, { prefix });
    await doomed.make(nextName(), signal);
    await own[Symbol.asyncDispose]();
    const lost = {
      ...own.server,
      dial: () => Promise.reject(spaceError({ code: "SPACE_SERVER_LOST", message: "gone" })),
    };
    await expect(doomed.make(nextName(), signal)).toThrowWithCode("SPACE_SERVER_LOST");
    await expect(openMaker(lost, { prefix })).toThrowWithCode("SPACE_SERVER_LOST");
    await doomed[Symbol.asyncDispose]();
  });
});
