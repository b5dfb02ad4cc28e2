import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { postgresKind } from "./index.ts";
import { fingerprintOf } from "./testing/fingerprint.ts";
import { carryOut } from "./testing/random-programs.ts";
import { makerOptions, planOf, startPostgres, type TestServer } from "./testing/server.ts";

const prefix = "st_0000beef_";
const signal = new AbortController().signal;
let real: TestServer;
let count = 0;

beforeAll(async () => {
  real = await startPostgres();
}, 120_000);
afterAll(async () => {
  await real?.[Symbol.asyncDispose]();
});

/** Does it as a test would, and leaves the connection open. */
async function change(space: MadeSpace, statements: string): Promise<void> {
  const client = await real.connectTo(space);
  const error = await carryOut(client, statements.replaceAll("SPACE", space.name));
  if (error !== undefined) throw new Error(`${statements}: ${error}`);
}

describe.each(["auto", "connected"] as const)("with reuse: %s, a space", (reuse) => {
  let maker: SpaceMaker;
  let clean = "";

  const make = () => {
    count += 1;
    return maker.make(`${prefix}${count}`, signal);
  };

  beforeAll(async () => {
    const steps = [{ kind: "files" as const, files: [join(import.meta.dirname, "testing/shop.sql")] }];
    const plan = planOf(steps, { reuse });
    maker = await postgresKind.open(makerOptions(real.server, { prefix: `${prefix}${reuse}_`, plan }));
    clean = await fingerprintOf(real, await make());
  }, 120_000);
  afterAll(async () => {
    await maker?.[Symbol.asyncDispose]();
  });

  describe("is put back in place:", () => {
    test.each([
      ["nothing at all", "SELECT 1"],
      [
        "rows that were added",
        "INSERT INTO orders (customer, amount) VALUES (1, 2); INSERT INTO visits (page) VALUES ('x')",
      ],
      [
        "rows that were added to a table that is too large to be kept at hand",
        "INSERT INTO large_one VALUES (1, 'x')",
      ],
      ["rows that were changed", "UPDATE customers SET name = name || '!'; UPDATE orders SET amount = 1"],
      ["rows that were deleted, with those that refer to them", "DELETE FROM customers"],
      ["rows that moved to another partition", "UPDATE events SET day = day + 300 WHERE id = 1"],
      ["tables that were truncated", "TRUNCATE customers, orders, visits RESTART IDENTITY CASCADE"],
      [
        "a table that was truncated and filled in one transaction",
        "BEGIN; TRUNCATE visits; INSERT INTO visits (page) VALUES ('x'); COMMIT",
      ],
      [
        "sequences",
        "SELECT nextval('numbers'), setval('orders_id_seq', 7), setval('visits_id_seq', 1, false)",
      ],
      [
        "sequences that were started again",
        "ALTER SEQUENCE numbers RESTART; ALTER SEQUENCE customers_id_seq RESTART WITH 7",
      ],
      [
        "rows and a schema that were rolled back",
        "BEGIN; DROP TABLE orders CASCADE; CREATE TABLE other (a int); INSERT INTO visits (page) VALUES ('x'); ROLLBACK",
      ],
      ["large objects", "SELECT lo_from_bytea(0, 'x'), lo_put(lo_create(0), 0, 'y')"],
      [
        "temporary tables",
        "CREATE TEMP TABLE mine (a serial); INSERT INTO mine VALUES (1); CREATE TEMP VIEW ours AS SELECT 1",
      ],
      [
        "a prepared transaction",
        "BEGIN; UPDATE orders SET amount = 3; DROP VIEW rich; PREPARE TRANSACTION 'it''s'",
      ],
      [
        "an open transaction with locks",
        "BEGIN; LOCK TABLE customers; SELECT pg_advisory_lock(1); INSERT INTO log (what) VALUES ('x')",
      ],
      [
        "settings of the database",
        `ALTER DATABASE "SPACE" SET statement_timeout = 1; ALTER DATABASE "SPACE" SET array_nulls = off`,
      ],
      [
        "settings of the role",
        `ALTER ROLE "SPACE" SET search_path = nowhere; ALTER ROLE "SPACE" IN DATABASE "SPACE" SET work_mem = '5MB'`,
      ],
      ["the limit of its connections", `ALTER DATABASE "SPACE" CONNECTION LIMIT 1`],
      ["rows of a table that was rebuilt", "VACUUM FULL orders; UPDATE orders SET amount = 9"],
      ["frozen rows", "INSERT INTO parents VALUES (5); VACUUM FREEZE parents"],
      ["the role's password", `ALTER ROLE "SPACE" PASSWORD 'x'`],
      [
        "what an open transaction holds of the database and the role",
        `BEGIN; ALTER ROLE "SPACE" PASSWORD 'x'; ALTER DATABASE "SPACE" CONNECTION LIMIT 9; CREATE TABLE another (a int)`,
      ],
      ["a comment on the database", `COMMENT ON DATABASE "SPACE" IS 'mine'`],
      [
        "new tables, and rows in those that were there",
        "CREATE TABLE another (id serial PRIMARY KEY, customer int REFERENCES customers ON DELETE CASCADE, note text UNIQUE); INSERT INTO another (customer) SELECT id FROM customers; CREATE TABLE more AS SELECT * FROM another; DELETE FROM customers",
      ],
      [
        "new types",
        "CREATE TYPE pair AS (a int, b mood); CREATE TYPE size AS ENUM ('s', 'm'); CREATE DOMAIN small AS int CHECK (VALUE < 9); CREATE TYPE span AS RANGE (subtype = int); CREATE TABLE of_them (a pair[], b size, c small, d span)",
      ],
      [
        "new functions",
        `CREATE FUNCTION five(mood, "odd ""name""" customers DEFAULT NULL) RETURNS int LANGUAGE sql AS 'SELECT 5'; CREATE AGGREGATE total_of (int) (sfunc = int4pl, stype = int); CREATE PROCEDURE rest() LANGUAGE sql AS ''`,
      ],
      [
        "new views",
        `CREATE VIEW "a ""view""" AS SELECT 5 AS x, * FROM rich; CREATE VIEW another AS SELECT * FROM "a ""view"""; CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM orders`,
      ],
      ["a new index", "CREATE INDEX ON orders (amount); INSERT INTO orders (customer, amount) VALUES (1, 5)"],
      [
        "a new trigger",
        `CREATE TRIGGER "it's" AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note_order(); INSERT INTO orders (customer, amount) VALUES (1, 5)`,
      ],
      ["a new policy", `CREATE POLICY "a; policy" ON empty_one USING (true)`],
      ["new statistics", "CREATE STATISTICS two ON id, name FROM customers"],
      [
        "a new schema with what is in it",
        "CREATE SCHEMA other; CREATE TABLE other.t (a int); CREATE SEQUENCE other.s; COMMENT ON TABLE other.t IS 'x'; GRANT SELECT ON other.t TO PUBLIC",
      ],
      [
        "a partition",
        "CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
      ],
      [
        "a prepared transaction of the schema",
        "BEGIN; CREATE TABLE prepared (a int); PREPARE TRANSACTION 'schema'",
      ],
    ])("%s", async (_, statements) => {
      const space = await make();
      await change(space, statements);
      const before = { ...space.values };
      expect(await maker.reset(space, signal)).toBe(true);
      expect(await fingerprintOf(real, space)).toBe(clean);
      expect(space.values).toEqual({ ...before, password: expect.any(String) });
    });
  });

  describe("is dropped, since it is not put back:", () => {
    test.each([
      ["a new column", "ALTER TABLE customers ADD COLUMN another int"],
      [
        "a new column of a new type",
        "CREATE TYPE another AS (a int); ALTER TABLE customers ADD COLUMN a another",
      ],
      [
        "a default that a new function gives",
        "CREATE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 5'; ALTER TABLE parents ALTER a SET DEFAULT five()",
      ],
      [
        "a view that came to use something new",
        "CREATE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 5'; CREATE OR REPLACE VIEW rich AS SELECT customer, sum(amount) AS total FROM orders WHERE customer <> five() GROUP BY customer",
      ],
      ["a table in the place of another", "DROP TABLE log CASCADE; CREATE TABLE log (at serial, what text)"],
      ["a schema in the place of another", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
      ["a table that got its first index", "CREATE INDEX ON parents (a)"],
      ["a table that got its first rule", "CREATE RULE silent AS ON DELETE TO parents DO INSTEAD NOTHING"],
      ["a constraint", "ALTER TABLE parents ADD CONSTRAINT positive CHECK (a > 0)"],
      [
        "default rights",
        "CREATE TABLE another (a int); ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
      ],
      ["a column's type", "ALTER TABLE customers ALTER COLUMN details TYPE json USING details::json"],
      ["a trigger that was switched off", "ALTER TABLE orders DISABLE TRIGGER note_order"],
      ["rights", "GRANT UPDATE ON orders TO PUBLIC"],
      ["rights on the database", `GRANT CONNECT ON DATABASE "SPACE" TO PUBLIC`],
      ["comments", "COMMENT ON TABLE orders IS 'x'"],
      ["an extension", "CREATE EXTENSION hstore"],
      ["a materialized view that was filled again", "REFRESH MATERIALIZED VIEW totals"],
      [
        "rows changed in a table that is too large to be kept at hand",
        "UPDATE large_one SET filler = 'x' WHERE id = 7",
      ],
      ["a template", `ALTER DATABASE "SPACE" IS_TEMPLATE true`],
      ["the planner's statistics", "ANALYZE customers"],
      ["large changes", "INSERT INTO visits (page) SELECT 'x' FROM generate_series(1, 60000)"],
    ])("%s", async (_, statements) => {
      const space = await make();
      await change(space, statements);
      expect(await maker.reset(space, signal)).toBe(false);
      await maker.drop(space.name, signal);
      expect(await maker.list(space.name, signal)).toEqual([]);
    });

    test("a space whose counters were reset, or of which nothing is known", async () => {
      const space = await make();
      const admin = await real.connect({ database: space.name });
      await admin.query("SELECT pg_stat_reset()");
      expect(await maker.reset(space, signal)).toBe(false);
      expect(await maker.reset(space, signal)).toBe(false);
      expect(await maker.reset({ ...space, name: `${prefix}99999` }, signal)).toBe(false);
    });

    test("something that its role left in another database", async () => {
      const space = await make();
      const elsewhere = await real.connect({ ...space.values, database: "postgres" });
      await elsewhere.query("SELECT lo_from_bytea(0, 'mine')");
      expect(await maker.reset(space, signal)).toBe(false);
      await maker.drop(space.name, signal);
      expect(await maker.list(space.name, signal)).toEqual([]);
      const admin = await real.connect();
      expect((await admin.query("SELECT FROM pg_largeobject_metadata")).rowCount).toBe(0);
    });
  });

  test("whoever had a space before it was put back cannot come back", async () => {
    const space = await make();
    const old = { ...space.values };
    const leaked = await real.connectTo(space);
    const ended = new Promise((resolve) => leaked.once("end", resolve));
    expect(await maker.reset(space, signal)).toBe(true);
    await ended;
    await expect(real.connect({ ...old, database: space.name })).rejects.toThrow(
      "password authentication failed",
    );
    const next = await real.connectTo(space);
    expect((await next.query("SELECT count(*) FROM orders")).rows).toEqual([{ count: "20" }]);
  });

  describe("whoever is in and has not committed holds nothing up:", () => {
    test.each([
      ["a change of the database", 'ALTER DATABASE "SPACE" IS_TEMPLATE true'],
      ["a change of the role", "ALTER ROLE CURRENT_USER SET work_mem = '1MB'"],
      ["a comment on the database", `COMMENT ON DATABASE "SPACE" IS 'mine'`],
    ])("%s", async (_what, statement) => {
      const [kept, dropped] = [await make(), await make()];
      for (const space of [kept, dropped]) await change(space, `BEGIN; ${statement}`);
      await maker.label(kept.name, "a test", signal);
      const isReset = await maker.reset(kept, signal);
      if (isReset) expect(await fingerprintOf(real, kept)).toBe(clean);
      await maker.drop(dropped.name, signal);
      expect(await maker.list(dropped.name, signal)).toEqual([]);
    });
  });

  test("nobody gets in while a space is put back, however often it is tried", async () => {
    const space = await make();
    let isOver = false;
    const outcomes = { in: 0, out: 0 };
    const knocking = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        try {
          const client = await real.connectTo(space);
          outcomes.in += 1;
          await client.query("INSERT INTO visits (page) VALUES ('late')").finally(() => client.end());
        } catch {
          outcomes.out += 1;
        }
      }
    });
    for (let turn = 0; turn < 10; turn += 1) {
      const before = outcomes.in;
      await expect.poll(() => outcomes.in, { interval: 1, timeout: 10_000 }).toBeGreaterThan(before);
      expect(await maker.reset(space, signal)).toBe(true);
    }
    isOver = true;
    await Promise.all(knocking);
    expect(outcomes.out).toBeGreaterThan(0);
    expect(await maker.reset(space, signal)).toBe(true);
    expect(await fingerprintOf(real, space)).toBe(clean);
  });

  test("that its own role has dropped is not put back", async () => {
    const space = await make();
    const elsewhere = await real.connect({ ...space.values, database: "postgres" });
    await elsewhere.query(`DROP DATABASE ${space.name}`);
    expect(await maker.reset(space, signal)).toBe(false);
    await maker.drop(space.name, signal);
    expect(await maker.list(space.name, signal)).toEqual([]);
  });
});
