import { join } from "node:path";
import { describeKind } from "../testing/contract.ts";
import { postgresKind } from "./index.ts";
import { fingerprintOf } from "./testing/fingerprint.ts";
import { makerOptions, planOf, startPostgres } from "./testing/server.ts";

describeKind({
  name: "postgres",
  async open() {
    const real = await startPostgres();
    const shop = join(import.meta.dirname, "testing/shop.sql");
    const run = async (space: Parameters<typeof real.connectTo>[0], sql: string) => {
      const client = await real.connectTo(space);
      await client.query(sql).finally(() => client.end());
    };
    return {
      driver: postgresKind,
      openMaker: (prefix, signal) =>
        postgresKind.open(
          makerOptions(real.server, { prefix, signal, plan: planOf([{ kind: "files", files: [shop] }]) }),
        ),
      async connect(space) {
        const client = await real.connectTo(space);
        const ended = new Promise((resolve) => client.once("end", resolve));
        return { ended, [Symbol.asyncDispose]: () => client.end() };
      },
      fingerprint: (space) => fingerprintOf(real, space),
      dirty: (space) =>
        run(
          space,
          `INSERT INTO orders (customer, amount) VALUES (1, 5); UPDATE customers SET mood = 'sad' WHERE id = 2;
          DELETE FROM visits; SELECT nextval('numbers')`,
        ),
      dirtier: {
        "by truncating": (space) => run(space, "TRUNCATE customers, orders RESTART IDENTITY"),
        "by its schema": (space) => run(space, "CREATE TABLE another (a int)"),
        "by settings": (space) => run(space, `ALTER DATABASE "${space.name}" SET work_mem = '5MB'`),
      },
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    };
  },
});
