import type { Client } from "pg";

/** A source of chance that says the same for the same seed (mulberry32). */
export interface Chance {
  /** From 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick<T>(from: readonly T[]): T {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
  };
}

/** Statements of one kind, for the schema of shop.sql. */
export type Act = (chance: Chance, space: string) => string;

const TABLES = [
  "customers",
  "orders",
  "visits",
  "events",
  "events_1",
  "empty_one",
  "parents",
  "children",
  "large_one",
  "log",
];

const insert = (chance: Chance) =>
  chance.pick([
    `INSERT INTO customers (name, details) SELECT 'new ' || random(), '{}' FROM generate_series(1, ${1 + chance.below(20)})`,
    `INSERT INTO orders (customer, amount) VALUES (1, ${1 + chance.below(9)})`,
    `INSERT INTO visits (page) VALUES ('/new')`,
    `INSERT INTO events VALUES (${chance.below(99)}, '2021-03-0${1 + chance.below(9)}', 'new')`,
    `INSERT INTO large_one VALUES (${chance.below(99)}, 'new')`,
    `INSERT INTO children VALUES (7, 8)`,
    `INSERT INTO log (what) VALUES ('new')`,
    `INSERT INTO customers (name) VALUES ('Ann') ON CONFLICT (name) DO UPDATE SET mood = 'happy'`,
    `MERGE INTO visits v USING (VALUES (1)) s (id) ON v.id = s.id WHEN MATCHED THEN DELETE`,
  ]);

const update = (chance: Chance) =>
  chance.pick([
    `UPDATE customers SET name = name || '!', details = '[]' WHERE id = ${1 + chance.below(3)}`,
    `UPDATE orders SET amount = amount + 1, data = NULL`,
    `UPDATE events SET day = day + 300 WHERE id = 1`,
    `UPDATE visits SET page = '/other'`,
    `UPDATE large_one SET filler = 'y' WHERE id % 1000 = ${chance.below(1000)}`,
    `UPDATE parents SET a = a + 1`,
  ]);

const remove = (chance: Chance) =>
  chance.pick([
    `DELETE FROM customers WHERE id = ${1 + chance.below(3)}`,
    `DELETE FROM ${chance.pick(["orders", "visits", "events_1", "parents", "ONLY parents", "log"])}`,
    `DELETE FROM large_one WHERE id = ${chance.below(4000)}`,
  ]);

const truncate = (chance: Chance) => {
  const table = chance.pick(TABLES);
  return `TRUNCATE ${table} ${chance.pick(["", "RESTART IDENTITY "])}CASCADE`;
};

const sequence = (chance: Chance) =>
  chance.pick([
    `SELECT nextval('numbers') FROM generate_series(1, ${1 + chance.below(50)})`,
    `SELECT setval('numbers', ${100 + 5 * chance.below(50)}, ${chance.pick(["true", "false"])})`,
    `SELECT setval('orders_id_seq', 1, false)`,
    `ALTER SEQUENCE numbers RESTART`,
    `ALTER SEQUENCE customers_id_seq RESTART WITH 1000`,
    `ALTER SEQUENCE numbers INCREMENT 7`,
  ]);

const schema = (chance: Chance) =>
  chance.pick([
    `CREATE TABLE another (id serial PRIMARY KEY, customer int REFERENCES customers)`,
    `ALTER TABLE customers ADD COLUMN extra text DEFAULT 'x'`,
    `ALTER TABLE customers ALTER COLUMN details TYPE json USING details::json`,
    `DROP TABLE orders CASCADE`,
    `CREATE INDEX ON customers (mood)`,
    `DROP VIEW rich`,
    `CREATE OR REPLACE VIEW rich AS SELECT customer, sum(amount) AS total FROM orders WHERE customer > 1 GROUP BY customer`,
    `ALTER TABLE visits SET LOGGED`,
    `CREATE TYPE another AS (a int)`,
    `ALTER TYPE mood ADD VALUE 'great'`,
    `CREATE SCHEMA other; CREATE TABLE other.t AS SELECT 1 AS a`,
    `DROP SCHEMA public CASCADE; CREATE SCHEMA public`,
    `ALTER TABLE customers RENAME COLUMN code TO kode`,
    `ALTER TABLE orders DISABLE TRIGGER note_order`,
    `ALTER TABLE orders ENABLE ALWAYS TRIGGER note_order; INSERT INTO orders (customer, amount) VALUES (1, 1)`,
    `CREATE TRIGGER more AFTER INSERT ON customers EXECUTE FUNCTION note_order()`,
    `ALTER TABLE events DETACH PARTITION events_2`,
    `CREATE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 5'`,
    `ALTER TABLE empty_one NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY`,
    `CREATE POLICY some ON empty_one USING (true)`,
    `CREATE RULE silent AS ON INSERT TO empty_one DO INSTEAD NOTHING`,
    `CREATE PUBLICATION all_customers FOR TABLE customers`,
    `CREATE STATISTICS both ON id, name FROM customers; ANALYZE customers`,
    `CREATE COLLATION german (provider = icu, locale = 'de')`,
    `CREATE TABLE brief (a int); DROP TABLE brief`,
    `ALTER TABLE customers SET (fillfactor = 50)`,
    `ALTER DOMAIN positive DROP CONSTRAINT positive_check; INSERT INTO orders (customer, amount) VALUES (1, -1)`,
    `ALTER TABLE large_one SET UNLOGGED; UPDATE large_one SET filler = 'z' WHERE id < 5`,
  ]);

/** Kinds of things that tests do, by name. */
export const ACTS: Record<string, Act> = {
  insert,
  update,
  delete: remove,
  truncate,
  sequence,
  schema,
  "schema in a transaction that is rolled back": (chance) =>
    `BEGIN; ${schema(chance).replace("ALTER TYPE mood ADD VALUE 'great'", "DROP VIEW rich")}; ${insert(chance)}; ROLLBACK`,
  "rows in a transaction that is rolled back": (chance) =>
    `BEGIN; ${insert(chance)}; SAVEPOINT s; ${update(chance)}; ROLLBACK TO s; ${remove(chance)}; ROLLBACK`,
  "rows in subtransactions": (chance) =>
    `BEGIN; SAVEPOINT a; ${insert(chance)}; SAVEPOINT b; ${insert(chance)}; RELEASE b; RELEASE a; COMMIT`,
  "truncate and fill": () =>
    `BEGIN; TRUNCATE visits RESTART IDENTITY; INSERT INTO visits (page) VALUES ('/only'); COMMIT`,
  "rows frozen": () => `INSERT INTO parents SELECT generate_series(1, 50); VACUUM FREEZE parents`,
  "large object": (chance) =>
    chance.pick([
      `SELECT lo_from_bytea(0, 'new')`,
      `SELECT lo_put(lo_create(0), 0, repeat('x', 5000)::bytea)`,
      `SELECT lo_from_bytea(77777, 'numbered')`,
      `SELECT lo_unlink(lo_create(0))`,
    ]),
  "prepared transaction": (chance) =>
    `BEGIN; ${insert(chance)}; ${chance.pick([update(chance), truncate(chance), "SELECT nextval('numbers')"])}; PREPARE TRANSACTION 'it''s ${chance.below(1e9)}'`,
  "prepared transaction of the schema": (chance) =>
    `BEGIN; CREATE TABLE prepared (a int); ${insert(chance)}; PREPARE TRANSACTION 'schema ${chance.below(1e9)}'`,
  "prepared transaction that is committed": (chance) => {
    const name = `done ${chance.below(1e9)}`;
    return `BEGIN; ${insert(chance)}; PREPARE TRANSACTION '${name}'; COMMIT PREPARED '${name}'`;
  },
  "setting of the database": (chance, space) =>
    `ALTER DATABASE "${space}" ${chance.pick(["SET work_mem = '9MB'", "SET default_transaction_read_only = on", `SET "shop.setting" = 'other'`, "SET search_path = other, public", "RESET ALL", "SET statement_timeout = 1", "SET array_nulls = off"])}`,
  "setting of the role": (chance, space) =>
    `ALTER ROLE "${space}" ${chance.pick(["SET work_mem = '9MB'", `IN DATABASE "${space}" SET search_path = ''`, "SET role = 'nobody'", "RESET ALL"])}`,
  "password of the role": (_, space) => `ALTER ROLE "${space}" PASSWORD 'changed'`,
  "rights on the database": (chance, space) =>
    chance.pick([
      `GRANT CONNECT ON DATABASE "${space}" TO PUBLIC`,
      `REVOKE TEMPORARY ON DATABASE "${space}" FROM "${space}"`,
    ]),
  "attributes of the database": (chance, space) =>
    `ALTER DATABASE "${space}" ${chance.pick(["CONNECTION LIMIT 7", "IS_TEMPLATE true"])}`,
  "comment on the database": (_, space) => `COMMENT ON DATABASE "${space}" IS 'mine'`,
  "rights on tables": (chance) =>
    chance.pick([
      "GRANT UPDATE ON orders TO PUBLIC",
      "REVOKE SELECT ON customers FROM PUBLIC",
      "GRANT SELECT (name) ON customers TO PUBLIC",
      "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
      "GRANT USAGE ON SEQUENCE numbers TO PUBLIC",
    ]),
  comments: (chance) =>
    chance.pick([
      "COMMENT ON TABLE orders IS 'new'",
      "COMMENT ON COLUMN customers.name IS 'new'",
      "COMMENT ON TABLE customers IS NULL",
    ]),
  extensions: (chance) =>
    chance.pick([
      "CREATE EXTENSION hstore",
      "DROP EXTENSION pgcrypto",
      "CREATE EXTENSION citext SCHEMA public",
    ]),
  "temporary tables": (chance) =>
    `CREATE TEMP TABLE mine (a serial, b text)${chance.pick(["", " ON COMMIT DROP"])}; ${insert(chance)}; CREATE TEMP VIEW ours AS SELECT 1 AS a`,
  "temporary table and large object": () =>
    `CREATE TEMP TABLE t AS SELECT lo_from_bytea(0, 'x') AS o; DROP TABLE t`,
  "advisory locks": () => `SELECT pg_advisory_lock(1), pg_advisory_lock_shared(2, 3)`,
  "session state": () =>
    `SET search_path = nowhere; LISTEN something; NOTIFY something, 'x'; PREPARE p AS SELECT 1; DECLARE c CURSOR WITH HOLD FOR SELECT 1`,
  "locked rows": () => `BEGIN; SELECT * FROM customers FOR UPDATE; LOCK TABLE orders`,
  "open transaction": (chance) => `BEGIN; ${insert(chance)}; ${update(chance)}`,
  "open transaction of the schema": () => `BEGIN; DROP TABLE log; CREATE TABLE log (a int)`,
  "an error in a transaction": (chance) => `BEGIN; ${insert(chance)}; SELECT 1 / (SELECT 0)`,
  maintenance: (chance) =>
    chance.pick([
      "VACUUM",
      "ANALYZE",
      "VACUUM FULL orders",
      "REINDEX TABLE customers",
      "CLUSTER orders USING orders_pkey",
      "VACUUM FREEZE customers",
    ]),
  "materialized view": (chance) => `${insert(chance)}; REFRESH MATERIALIZED VIEW totals`,
  "deferred and checked": (chance) => `SET CONSTRAINTS ALL DEFERRED; ${remove(chance)}`,
  "reading only": () => `SELECT * FROM customers; SELECT as_owner(); SELECT count(*) FROM large_one`,
};

/** With one of these, every statement is a message of its own. */
const ALONE = /VACUUM|PREPARE|ADD VALUE/;

/** Carries statements out one after another, as psql does. Resolves with the first error's words, or undefined. */
export async function carryOut(client: Client, statements: string): Promise<string | undefined> {
  const messages = ALONE.test(statements) ? statements.split("; ") : [statements];
  for (const message of messages) {
    try {
      await client.query(message);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}
