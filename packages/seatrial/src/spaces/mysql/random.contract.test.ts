import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import type { MadeSpace, SpaceServer } from "../maker.ts";
import { dumpOf, logIn, openMaker, query, startMariadb } from "../testing/mariadb.ts";
import { SCHEMA } from "../testing/mariadb-schema.ts";

const ROUNDS = 60;

/** What changes rows and counters only: a space is put back after it. */
const ROWS = [
  "INSERT INTO customers (name) VALUES (UUID())",
  "INSERT INTO customers (name) SELECT UUID() FROM customers",
  "INSERT INTO customers (id, name) VALUES (FLOOR(RAND() * 100000), UUID())",
  "INSERT INTO orders (customer, total, doc) VALUES (1, RAND() * 10, '[1]')",
  "INSERT INTO audit SELECT 'many', seq FROM seq_1_to_500",
  "UPDATE customers SET name = CONCAT(name, '!'), hidden = NULL",
  "UPDATE customers SET id = id + 1000 ORDER BY id DESC",
  "REPLACE INTO customers (id, name) VALUES (1, 'replaced')",
  "DELETE FROM customers WHERE id = 1",
  "DELETE FROM orders",
  "TRUNCATE orders",
  "SET foreign_key_checks = 0; TRUNCATE customers; INSERT INTO orders (customer) VALUES (999)",
  "BEGIN; INSERT INTO customers (name) VALUES (UUID()); ROLLBACK",
  "BEGIN; INSERT INTO orders (customer) VALUES (2); SAVEPOINT s; DELETE FROM audit; ROLLBACK TO s; COMMIT",
  "CALL note('by hand')",
  "ALTER TABLE customers AUTO_INCREMENT = 5000",
  "CREATE TEMPORARY TABLE passing AS SELECT * FROM orders",
  "SET @x = 1; SELECT GET_LOCK('x', 0); SET SESSION sql_mode = ''",
  "LOCK TABLES audit WRITE",
  "BEGIN; UPDATE orders SET total = 1",
  "ALTER TABLE audit FORCE",
  "ANALYZE TABLE orders PERSISTENT FOR ALL; OPTIMIZE TABLE customers",
  "SET PASSWORD = PASSWORD('another')",
];

/** What changes more than that. */
const SCHEMAS = [
  "CREATE TABLE extra (id INT AUTO_INCREMENT PRIMARY KEY); INSERT INTO extra VALUES ()",
  "DROP TABLE audit",
  "ALTER TABLE audit ADD COLUMN more INT DEFAULT 4",
  "ALTER TABLE customers ADD INDEX (hidden)",
  "ALTER TABLE customers DROP COLUMN hidden",
  "ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1",
  "ALTER TABLE orders COMMENT 'changed'",
  "ALTER TABLE audit ENGINE = Aria",
  "ALTER TABLE audit RENAME TO audited",
  "RENAME TABLE audit TO tmp, customers TO audit, tmp TO customers",
  "DROP TRIGGER gone",
  "CREATE TRIGGER more BEFORE INSERT ON audit FOR EACH ROW SET NEW.n = 0",
  "CREATE OR REPLACE VIEW z_names AS SELECT 1 AS id, 'x' AS name",
  "DROP VIEW a_view",
  "CREATE PROCEDURE more() SELECT 1",
  "DROP FUNCTION doubled",
  "ALTER PROCEDURE note COMMENT 'changed'",
  "CREATE SEQUENCE more",
  "CREATE EVENT more ON SCHEDULE EVERY 1 SECOND DO DELETE FROM orders",
  "ALTER DATABASE CHARACTER SET latin1",
  "XA START 'x'; INSERT INTO audit VALUES ('x', 1); XA END 'x'; XA PREPARE 'x'",
];

const pick = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T;

test("a space that was put back is as a new one, whatever was done in it", async () => {
  await using docker = await startMariadb(`mysql-${randomBytes(3).toString("hex")}`);
  const { server } = docker;
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-mysql-"));
  const file = path.join(folder, "schema.sql");
  await writeFile(file, SCHEMA);
  const signal = new AbortController().signal;
  const prefix = `st_${randomBytes(4).toString("hex")}_`;
  const maker = await openMaker(server, {
    prefix: `${prefix}t_`,
    template: { steps: [{ kind: "files", files: [file] }] },
  });
  const clean = await dumpOf(server, (await maker.make(`${prefix}clean`, signal)).name);
  let count = 0;
  const make = () => maker.make(`${prefix}${++count}`, signal);
  let space = await make();
  let putBack = 0;

  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = Array.from({ length: randomInt(1, 5) }, () => pick(ROWS));
    const changesMore = round % 4 === 3;
    const done = changesMore ? [...rows, pick(SCHEMAS)] : rows;
    const open = await change(server, space, done);
    const isBack = await maker.reset(space, signal);
    if (!changesMore) expect(isBack, done.join("\n")).toBe(true);
    if (isBack) {
      putBack += 1;
      expect(await dumpOf(server, space.name), done.join("\n")).toBe(clean);
      expect(await query(server, "SELECT 1 AS here", space)).toEqual([{ here: 1 }]);
    } else {
      await maker.drop(space.name, signal);
      expect(await maker.list(space.name, signal), done.join("\n")).not.toContain(space.name);
      space = await make();
    }
    for (const connection of open) connection.destroy();
  }
  expect(putBack).toBeGreaterThanOrEqual((ROUNDS * 3) / 4);
  await maker[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 240_000);

/** Each in a session of its own, some of which stay open. What one locks keeps others waiting: they may give up. */
async function change(server: SpaceServer, space: MadeSpace, statements: readonly string[]) {
  const open: Awaited<ReturnType<typeof logIn>>[] = [];
  let current = space;
  for (const sql of statements) {
    const connection = await logIn(server, current);
    open.push(connection);
    await connection.query("SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1");
    await connection.query(sql).catch(() => undefined);
    if (sql.includes("'another'")) current = { ...space, values: { ...space.values, password: "another" } };
    if (randomInt(2) === 0) connection.destroy();
  }
  return open;
}
