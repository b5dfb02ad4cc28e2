import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deferred } from "../../support/abort.ts";
import { describeKind } from "../testing/contract.ts";
import { dumpOf, logIn, openMaker, query, startMariadb } from "../testing/mariadb.ts";
import { SCHEMA } from "../testing/mariadb-schema.ts";
import { mysqlKind } from "./index.ts";

describeKind({
  name: "MariaDB",
  async open() {
    const docker = await startMariadb(`mysql-${randomBytes(3).toString("hex")}`);
    const { server } = docker;
    const folder = await mkdtemp(path.join(tmpdir(), "seatrial-mysql-"));
    const file = path.join(folder, "schema.sql");
    await writeFile(file, SCHEMA);
    const on = (sql: string) => async (space: Parameters<typeof query>[2]) =>
      void (await query(server, sql, space));
    return {
      driver: mysqlKind,
      openMaker: (prefix, signal) =>
        openMaker(server, { prefix, template: { steps: [{ kind: "files", files: [file] }] }, signal }),
      async connect(space) {
        const connection = await logIn(server, space);
        const ended = deferred<void>();
        connection.once("end", ended.resolve);
        return {
          ended: ended.promise,
          async [Symbol.asyncDispose]() {
            connection.destroy();
          },
        };
      },
      fingerprint: (space) => dumpOf(server, space.name),
      dirty: on(
        "INSERT INTO customers (name) VALUES ('Grace'); INSERT INTO orders (customer, total) VALUES (1, 3)",
      ),
      dirtier: {
        "no change": on("SELECT 1"),
        "deleted with cascades": on("DELETE FROM customers WHERE id = 1"),
        truncated: on("SET foreign_key_checks = 0; TRUNCATE customers; TRUNCATE audit"),
        "a counter that only moved": on("BEGIN; INSERT INTO customers (name) VALUES ('x'); ROLLBACK"),
        "a new table": on("CREATE TABLE more (id INT)"),
        "a dropped table": on("DROP TABLE audit"),
        "a table made again": on("DROP TABLE audit; CREATE TABLE audit (what VARCHAR(200), n INT)"),
        "a changed column": on("ALTER TABLE audit MODIFY n BIGINT"),
        "a new index": on("CREATE INDEX by_n ON audit (n)"),
        "a changed default": on("ALTER TABLE audit ALTER n SET DEFAULT 5"),
        "a changed counter": on("ALTER TABLE orders AUTO_INCREMENT = 1000"),
        "a dropped trigger": on("DROP TRIGGER gone"),
        "triggers in another order": on(
          "DROP TRIGGER made_first; CREATE TRIGGER made_first AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES ('first', NEW.id)",
        ),
        "a changed view": on("CREATE OR REPLACE VIEW z_names AS SELECT id, name FROM customers"),
        "a changed function": on("CREATE OR REPLACE FUNCTION doubled(n INT) RETURNS INT RETURN n * 3"),
        "a new event": on(
          "CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO audit VALUES ('tick', 1)",
        ),
        "another character set": on("ALTER DATABASE CHARACTER SET latin1"),
        "another password": on("SET PASSWORD = PASSWORD('changed')"),
        "the database made again": async (space) => {
          await query(server, `DROP DATABASE ${space.name}; CREATE DATABASE ${space.name}`, space);
        },
      },
      async [Symbol.asyncDispose]() {
        await docker[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
});
