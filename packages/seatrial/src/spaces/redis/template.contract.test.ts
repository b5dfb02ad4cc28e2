import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OutsideStep, SpaceMaker } from "../maker.ts";
import { forward } from "../testing/forward.ts";
import { type RedisMakerOptions, type RedisWorld, startRedisWorld } from "../testing/redis-world.ts";

const signal = new AbortController().signal;
let world: RedisWorld;
let folder = "";
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatrial-redis-"));
  world = await startRedisWorld({ password: "s3cret" });
}, 300_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function fileStep(text: string) {
  const file = join(folder, `${++count}.redis`);
  await writeFile(file, text);
  return { kind: "files" as const, files: [file] };
}

/** A client of a new space. */
async function fresh(maker: SpaceMaker): Promise<{ redis: Redis; prefix: string }> {
  const space = await maker.make(`st_00000002_${++count}`, signal);
  return { redis: await world.client(space), prefix: space.values["prefix"] ?? "" };
}

function open(steps: RedisMakerOptions["template"]["steps"], change: Partial<RedisMakerOptions> = {}) {
  return world.open({ template: { steps }, ...change });
}

const SEED = 'SET text "a\\x00b"\nRPUSH list 1 2\nSET short x PX 600000\nHSET h f v\n';

for (const isolation of ["process", "prefix", "database"] as const) {
  test(`spaces with the isolation ${isolation} begin with what files of commands wrote`, async () => {
    await using maker = await open([await fileStep(SEED), await fileStep("APPEND text !")], { isolation });
    for (let turn = 0; turn < 2; turn += 1) {
      const { redis, prefix } = await fresh(maker);
      expect(await redis.get(`${prefix}text`)).toBe("a\0b!");
      expect(await redis.lrange(`${prefix}list`, 0, -1)).toEqual(["1", "2"]);
      expect(await redis.pttl(`${prefix}short`)).toBeGreaterThan(500_000);
      await redis.del(`${prefix}text`, `${prefix}list`);
      redis.disconnect();
    }
    for (const name of await maker.list("st_00000002_", signal)) await maker.drop(name, signal);
  });
}

test("databases, functions, settings and users of a template are in every process", async () => {
  const step = await fileStep(
    [
      "SELECT 3",
      "SET k three",
      `FUNCTION LOAD "#!lua name=l\\nredis.register_function('f', function() return 7 end)"`,
      "CONFIG SET maxmemory-policy allkeys-lru",
      "ACL SETUSER app on >secret ~* +@all",
    ].join("\n"),
  );
  await using maker = await open([step]);
  const { redis } = await fresh(maker);
  expect(await redis.fcall("f", 0)).toBe(7);
  expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
  expect(await redis.call("AUTH", "app", "secret")).toBe("OK");
  await redis.select(3);
  expect(await redis.get("k")).toBe("three");
  redis.disconnect();
});

test("what another process writes is part of the template, which is reached under the service's name", async () => {
  const seen: OutsideStep[] = [];
  const step = {
    kind: "command" as const,
    target: "app",
    argv: ["seed"],
    env: {},
    variable: "REDIS_URL",
  };
  await using maker = await open([step], {
    async runStep(outside) {
      seen.push(outside);
      await using way = await forward(world.docker.server, Number(outside.values["port"]));
      const redis = new Redis(way.port, "127.0.0.1", { password: outside.values["password"] ?? "" });
      await redis.set("from", "outside");
      redis.disconnect();
    },
  });
  expect(seen[0]?.values["host"]).toBe("redis");
  expect(seen[0]?.env["REDIS_URL"]).toBe(seen[0]?.values["url"]);
  const { redis } = await fresh(maker);
  expect(await redis.get("from")).toBe("outside");
  redis.disconnect();
});

test("a database of the service's server can be copied, ten thousand keys of it too", async () => {
  const own = { user: "default", password: "s3cret", name: "5" };
  const admin = await world.client({ name: "", port: 6379, values: own });
  const pipeline = admin.pipeline();
  for (let at = 0; at < 10_000; at += 1) pipeline.set(`k${at}`, `v${at}`);
  await pipeline.exec();
  admin.disconnect();
  await using maker = await world.open({ template: { from: "5", steps: [] } });
  const { redis } = await fresh(maker);
  expect(await redis.dbsize()).toBe(10_000);
  expect(await redis.get("k9999")).toBe("v9999");
  redis.disconnect();
});

test.each([
  ["SET a 1\nSETT b 2", "process", /\.redis:2: SETT: ERR unknown command/],
  ['SET a "1', "process", /\.redis: line 1: a quote/],
  ["SELECT 1\nSET a 1", "prefix", /keys in database 1/],
  ["SELECT 1\nSET a 1", "database", /keys in database 1/],
] as const)("the template %j fails for %s and says where", async (text, isolation, message) => {
  const failure = await open([await fileStep(text)], { isolation }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "TEMPLATE_FAILED", message: expect.stringMatching(message) });
});

test("a file that is not there, and a database that is no number, fail the template", async () => {
  await expect(open([{ kind: "files", files: [join(folder, "none")] }])).toThrowWithCode("TEMPLATE_FAILED");
  await expect(world.open({ template: { from: "shop", steps: [] } })).toThrowWithCode("TEMPLATE_FAILED");
});

test("a server whose password is not known still lends its container, with a note", async () => {
  await using other = await startRedisWorld({ password: "unknown to us" });
  Object.assign(other.docker.server.admin, { password: "wrong" });
  await using maker = await other.open({});
  const space = await maker.make("st_00000003_1", signal);
  const redis = await other.client(space);
  expect(await redis.ping()).toBe("PONG");
  expect(other.notes.join()).toContain("default settings");
  redis.disconnect();
});
