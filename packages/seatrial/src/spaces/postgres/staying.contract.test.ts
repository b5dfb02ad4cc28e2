import { join } from "node:path";
import { expect, test } from "vitest";
import { createCleanup } from "../../support/cleanup.ts";
import { createFolder } from "../../support/testing/folder.ts";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { runToEnd } from "./container-process.ts";
import { postgresKind } from "./index.ts";
import { fingerprintOf } from "./testing/fingerprint.ts";
import { carryOut } from "./testing/random-programs.ts";
import { FAST_FLAGS, makerOptions, planOf, startPostgres, type TestServer } from "./testing/server.ts";

const prefix = "st_0000babe_";
const signal = new AbortController().signal;

interface World extends AsyncDisposable {
  real: TestServer;
  maker: SpaceMaker;
  make(): Promise<MadeSpace>;
  /** Process ids of clients in a space. */
  inside(space: MadeSpace): Promise<number[]>;
  asAdmin(sql: string): Promise<Record<string, unknown>[]>;
  /** As a test would. */
  change(space: MadeSpace, statements: string): Promise<void>;
}

const shop = join(import.meta.dirname, "testing/shop.sql");

async function openWorld(
  reuse: "auto" | "connected",
  { flags = [], files = [shop] }: { flags?: string[]; files?: string[] } = {},
): Promise<World> {
  const cleanup = createCleanup();
  const real = await startPostgres([...FAST_FLAGS, ...flags]);
  cleanup.add(async () => await real[Symbol.asyncDispose]());
  const plan = planOf([{ kind: "files", files }], { reuse });
  const maker = await postgresKind.open(makerOptions(real.server, { prefix: `${prefix}t0_`, plan }));
  cleanup.add(async () => await maker[Symbol.asyncDispose]());
  let count = 0;
  const asAdmin: World["asAdmin"] = async (sql) => {
    const admin = await real.connect();
    return (await admin.query(sql).finally(() => admin.end())).rows;
  };
  return {
    real,
    maker,
    asAdmin,
    make: () => maker.make(`${prefix}${++count}`, signal),
    async inside({ name }) {
      const rows = await asAdmin(
        `SELECT pid FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend' ORDER BY pid`,
      );
      return rows.map(({ pid }) => Number(pid));
    },
    async change(space, statements) {
      const client = await real.connectTo(space);
      expect(await carryOut(client, statements)).toBeUndefined();
      await client.end();
    },
    [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
  };
}

test("without reuse: connected, nobody is in a space that was put back", { timeout: 60_000 }, async () => {
  await using world = await openWorld("auto");
  const space = await world.make();
  expect(await world.maker.reset(space, signal)).toBe(true);
  expect(await world.inside(space)).toEqual([]);
  await world.maker.drop(space.name, signal);
});

test("a session that stays in a space", { timeout: 120_000 }, async () => {
  await using world = await openWorld("connected");
  const { real, maker, make, inside, change, asAdmin } = world;
  const space = await make();
  const clean = await fingerprintOf(real, space);
  expect(await inside(space)).toEqual([]);

  // It comes when the space is put back for the first time, and is the same from then on.
  expect(await maker.reset(space, signal)).toBe(true);
  const [first] = await inside(space);
  expect(first).toBeDefined();
  await change(space, "INSERT INTO visits (page) VALUES ('x')");
  expect(await maker.reset(space, signal)).toBe(true);
  expect(await inside(space)).toEqual([first]);

  // The space's own role can neither end it nor drop the database around it.
  const elsewhere = await real.connect({ ...space.values, database: "postgres" });
  await expect(elsewhere.query(`SELECT pg_terminate_backend(${first})`)).rejects.toThrow("permission denied");
  for (const force of ["", "WITH (FORCE)"])
    await expect(elsewhere.query(`DROP DATABASE ${space.name} ${force}`)).rejects.toThrow(
      /being accessed by other users|permission denied/,
    );
  await elsewhere.end();
  await change(space, "VACUUM FULL orders; REINDEX TABLE customers; UPDATE orders SET amount = 9");
  expect(await maker.reset(space, signal)).toBe(true);
  expect(await fingerprintOf(real, space)).toBe(clean);

  // Where an administrator has ended it, another one comes.
  await asAdmin(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${space.name}'`,
  );
  expect(await maker.reset(space, signal)).toBe(true);
  const [second] = await inside(space);
  expect(second).not.toBe(first);
  expect(await fingerprintOf(real, space)).toBe(clean);

  // It leaves a space that somebody is to look at, which can be copied then.
  await maker.vacate?.(space.name, signal);
  expect(await inside(space)).toEqual([]);
  await asAdmin(`CREATE DATABASE copied TEMPLATE ${space.name}`);
  await asAdmin("DROP DATABASE copied");

  // It leaves one that is not put back, at once, and one that is dropped.
  const changed = await make();
  expect(await maker.reset(changed, signal)).toBe(true);
  expect(await inside(changed)).toHaveLength(1);
  await change(changed, "ALTER TABLE customers ADD COLUMN another int");
  expect(await maker.reset(changed, signal)).toBe(false);
  expect(await inside(changed)).toEqual([]);
  expect(await maker.reset(space, signal)).toBe(true);
  for (const { name } of [space, changed]) await maker.drop(name, signal);
  expect(await maker.list(prefix, signal)).toEqual([]);
});

test("no more sessions stay than an eighth of what the server takes, and the other spaces are put back too", {
  timeout: 120_000,
}, async () => {
  await using world = await openWorld("connected", { flags: ["max_connections=20"] });
  const { real, maker, make, inside, change } = world;
  const spaces = [await make(), await make(), await make(), await make()];
  const clean = await fingerprintOf(real, await make());
  for (let turn = 0; turn < 3; turn += 1)
    await Promise.all(
      spaces.map(async (space) => {
        await change(space, "INSERT INTO visits (page) VALUES ('x')");
        expect(await maker.reset(space, signal)).toBe(true);
      }),
    );
  const sessions = await Promise.all(spaces.map(inside));
  expect(sessions.flat()).toHaveLength(2);
  for (const space of spaces) expect(await fingerprintOf(real, space)).toBe(clean);
  await Promise.all(spaces.map(({ name }) => maker.drop(name, signal)));
});

test("a session that stayed in a space holds up nothing when its server crashes", {
  timeout: 120_000,
}, async () => {
  await using folder = await createFolder({ "1.sql": "CREATE TABLE t AS SELECT 1 AS a" });
  await using world = await openWorld("connected", { files: [join(folder.path, "1.sql")] });
  const { real, maker, make, inside } = world;
  const space = await make();
  expect(await maker.reset(space, signal)).toBe(true);
  const [pid] = await inside(space);
  const argv = ["kill", "-KILL", String(pid)];
  expect((await runToEnd({ server: real.server, argv, env: {}, signal })).code).toBe(0);
  const comeBack = () =>
    real.connect().then(
      (client) => client.end(),
      () => "away",
    );
  await expect.poll(comeBack, { timeout: 20_000 }).toBeUndefined();
  expect(await maker.reset(space, signal).catch(() => false)).toBe(false);
  await expect.poll(() => maker.drop(space.name, signal).then(() => "dropped", String)).toBe("dropped");
  const next = await make();
  expect(await maker.reset(next, signal)).toBe(true);
  await maker.drop(next.name, signal);
});

test("a server that knows our role by no name takes no session that stays, and says so", async () => {
  await using real = await startPostgres();
  const admin = await real.connect();
  await admin.query("CREATE ROLE modest LOGIN CREATEDB CREATEROLE PASSWORD 'modest'");
  await admin.end();
  const server = { ...real.server, admin: { user: "modest", password: "modest" } };
  const warnings: string[] = [];
  await using _maker = await postgresKind.open({
    ...makerOptions(server, { prefix: `${prefix}t1_`, plan: planOf([], { reuse: "connected" }) }),
    onWarning: (message) => void warnings.push(message),
  });
  expect(warnings).toEqual([
    "db: reuse: connected has no effect, since spaces of this server cannot be put back",
  ]);
});
