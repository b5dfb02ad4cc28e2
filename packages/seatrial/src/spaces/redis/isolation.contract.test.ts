import { setMaxListeners } from "node:events";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { listensEverywhere } from "../testing/listens-everywhere.ts";
import { type RedisWorld, startRedisWorld } from "../testing/redis-world.ts";

const signal = new AbortController().signal;
// Many wait for the same one here.
setMaxListeners(0, signal);
let world: RedisWorld;
let count = 0;
beforeAll(async () => {
  const command = ["redis-server", "--databases", "8", "--notify-keyspace-events", "AKE"];
  world = await startRedisWorld({ command, password: "s3cret" });
}, 300_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function two(maker: SpaceMaker): Promise<{ spaces: MadeSpace[]; one: Redis; other: Redis }> {
  const spaces = [
    await maker.make(`st_00000001_${++count}`, signal),
    await maker.make(`st_00000001_${++count}`, signal),
  ];
  const [one, other] = await Promise.all(spaces.map((space) => world.client(space)));
  if (one === undefined || other === undefined) throw new Error("expected two clients");
  return { spaces, one, other };
}

async function heard(by: Redis, channel: string, publish: () => Promise<unknown>): Promise<string[]> {
  const messages: string[] = [];
  by.on("pmessage", (_pattern, on, text) => void messages.push(`${on} ${text}`));
  await by.psubscribe(channel);
  await publish();
  // An answer on the same connection comes after whatever was published before.
  await by.punsubscribe(channel);
  return messages;
}

describe("a process of its own", () => {
  test("keys, databases, messages, scripts, functions, users and settings of one are not those of another", async () => {
    await using maker = await world.open({});
    const { one, other } = await two(maker);
    await other.set("k", "other's");
    const sha = await one.script("LOAD", "return 1");
    await one.call("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)");
    await one.config("SET", "maxmemory-policy", "allkeys-lfu");
    await one.acl("SETUSER", "intruder", "on", "nopass", "~*", "+@all");
    expect(await heard(other, "*", () => one.publish("news", "x"))).toEqual([]);
    await one.flushall();
    expect(await other.get("k")).toBe("other's");
    expect(await other.script("EXISTS", String(sha))).toEqual([0]);
    expect(await other.call("FUNCTION", "LIST")).toEqual([]);
    expect(await other.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
    expect(await other.acl("USERS")).toEqual(["default"]);
    one.disconnect();
    other.disconnect();
  });

  test("nobody gets in without the password, nor with another space's", async () => {
    await using maker = await world.open({});
    const { spaces, one, other } = await two(maker);
    const [a, b] = spaces as [MadeSpace, MadeSpace];
    const nobody = await world.client(a, { password: "" }).catch((error: unknown) => error as Redis);
    await expect((async () => await nobody.get("k"))()).rejects.toThrow();
    const wrong = await world
      .client(a, { password: b.values["password"] ?? "" })
      .catch((error: unknown) => error as Redis);
    await expect((async () => await wrong.get("k"))()).rejects.toThrow();
    one.disconnect();
    other.disconnect();
  });

  test("has the settings of the service's own server, but keeps nothing", async () => {
    await using maker = await world.open({});
    const { one, other } = await two(maker);
    expect(await one.config("GET", "databases")).toEqual(["databases", "8"]);
    expect(await heard(other, "__key*__:*", () => other.duplicate().set("k", "v"))).toContain(
      "__keyspace@0__:k set",
    );
    expect(await one.config("GET", "save")).toEqual(["save", ""]);
    expect(await one.config("GET", "appendonly")).toEqual(["appendonly", "no"]);
    one.disconnect();
    other.disconnect();
  });

  test("listens where the run's network reaches it", async () => {
    await using maker = await world.open({});
    const { port } = await maker.make(`st_00000001_${++count}`, signal);
    expect(await listensEverywhere(world.docker.server, port)).toBe(true);
    expect(await listensEverywhere(world.docker.server, port + 1)).toBe(false);
  });

  test("that is killed is told of by name and is still to be dropped", async () => {
    await using maker = await world.open({});
    const { spaces, one } = await two(maker);
    const [space] = spaces as [MadeSpace];
    const pid = /process_id:(\d+)/.exec(await one.info("server"))?.[1] ?? "";
    const lost = world.lost.length;
    const kill = await world.docker.server.run({ argv: ["bash", "-c", `kill -9 ${pid}`] }, signal);
    expect((await kill.exit).code).toBe(0);
    await expect
      .poll(() => world.lost.slice(lost))
      .toEqual([[space.name, expect.stringContaining("ended by KILL")]]);
    await expect(world.client(space)).rejects.toThrow();
    expect(await maker.list(space.name, signal)).toEqual([space.name]);
    await maker.drop(space.name, signal);
    expect(await maker.list(space.name, signal)).toEqual([]);
  });

  test("50 of them are there at once, and all are gone when the maker is closed", async () => {
    const maker = await world.open({});
    const spaces = await Promise.all(
      Array.from({ length: 50 }, () => maker.make(`st_00000001_${++count}`, signal)),
    );
    expect(new Set(spaces.map(({ port }) => port)).size).toBe(50);
    const clients = await Promise.all(spaces.map((space) => world.client(space)));
    await Promise.all(clients.map((client, at) => client.set("who", at)));
    expect(await Promise.all(clients.map((client) => client.get("who")))).toEqual(
      spaces.map((_, at) => String(at)),
    );
    for (const client of clients) client.disconnect();
    await maker[Symbol.asyncDispose]();
    await expect(world.client(spaces[0] as MadeSpace)).rejects.toThrow();
  });
});

describe("a prefix of its own", () => {
  test("a user has what its prefix begins, and sees nothing of what others have", async () => {
    await using maker = await world.open({ isolation: "prefix" });
    const { spaces, one, other } = await two(maker);
    const [mine, theirs] = spaces.map(({ values }) => values["prefix"]) as [string, string];
    await other.set(`${theirs}secret`, "x");
    await other.set(`${theirs}weight_1`, "1");

    await one.mset(`${mine}a`, "1", `${mine}b`, "2");
    expect(await one.eval("return redis.call('GET', KEYS[1])", 1, `${mine}a`)).toBe("1");
    expect(await one.multi().incr(`${mine}a`).get(`${mine}a`).exec()).toEqual([
      [null, 2],
      [null, "2"],
    ]);
    await one.rpush(`${mine}list`, "2", "1");
    expect(await one.sort(`${mine}list`)).toEqual(["1", "2"]);
    expect(await one.info("server")).toContain("redis_version");
    expect(
      await heard(one, `${mine}*`, () => other.publish(`${mine}news`, "x").catch(() => undefined)),
    ).toEqual([]);

    const denied: [string, ...string[]][] = [
      ["GET", `${theirs}secret`],
      ["SET", `${theirs}secret`, "y"],
      ["EVAL", `return redis.call('GET', '${theirs}secret')`, "0"],
      ["SORT", `${mine}list`, "BY", `${theirs}weight_*`, "GET", `${theirs}weight_*`],
      ["COPY", `${theirs}secret`, `${mine}stolen`],
      ["OBJECT", "ENCODING", `${theirs}secret`],
      ["KEYS", "*"],
      ["SCAN", "0"],
      ["RANDOMKEY"],
      ["DBSIZE"],
      ["FLUSHALL"],
      ["FLUSHDB"],
      ["SWAPDB", "0", "1"],
      ["MONITOR"],
      ["CONFIG", "GET", "*"],
      ["CONFIG", "SET", "maxmemory", "1"],
      ["ACL", "LIST"],
      ["ACL", "SETUSER", "x", "on"],
      ["CLIENT", "LIST"],
      ["CLIENT", "KILL", "TYPE", "normal"],
      ["CLIENT", "PAUSE", "1"],
      ["CLIENT", "TRACKING", "ON", "BCAST"],
      ["PUBLISH", `${theirs}news`, "x"],
      ["PSUBSCRIBE", "*"],
      ["PSUBSCRIBE", "__key*__:*"],
      ["PUBSUB", "CHANNELS"],
      ["SCRIPT", "FLUSH"],
      ["SCRIPT", "KILL"],
      ["FUNCTION", "FLUSH"],
      ["FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)"],
      ["DEBUG", "SLEEP", "0"],
      ["SAVE"],
      ["SHUTDOWN", "NOSAVE"],
      ["REPLICAOF", "NO", "ONE"],
      ["MODULE", "LIST"],
      ["SLOWLOG", "GET"],
      ["MIGRATE", "127.0.0.1", "1", `${mine}a`, "0", "10"],
    ];
    for (const [name, ...words] of denied) {
      const answer = await one.call(name, ...words).then(String, (error: Error) => error.message);
      expect(answer, [name, ...words].join(" ")).toMatch(
        /NOPERM|ACL failure|ACL permissions|DEBUG command not allowed/,
      );
    }
    one.disconnect();
    other.disconnect();
  });

  test("dropping removes the keys of all databases, and nobody else's", async () => {
    await using maker = await world.open({ isolation: "prefix" });
    const { spaces, one, other } = await two(maker);
    const [space] = spaces as [MadeSpace];
    const [mine, theirs] = spaces.map(({ values }) => values["prefix"]) as [string, string];
    const pipeline = one.pipeline();
    for (let at = 0; at < 3_000; at += 1) pipeline.set(`${mine}${at}`, "x");
    await pipeline.select(3).set(`${mine}elsewhere`, "x").exec();
    await other.set(`${theirs}k`, "stays");
    await maker.drop(space.name, signal);
    const admin = await world.client({
      name: "",
      port: 6379,
      values: { user: "default", password: "s3cret", name: "0" },
    });
    expect(await admin.keys(`${mine}*`)).toEqual([]);
    await admin.select(3);
    expect(await admin.keys("*")).toEqual([]);
    expect(await other.get(`${theirs}k`)).toBe("stays");
    admin.disconnect();
    other.disconnect();
  });
});

describe("a database of its own", () => {
  test("a user selects no other database, and cannot reach into one", async () => {
    await using maker = await world.open({ isolation: "database" });
    const { spaces, one, other } = await two(maker);
    const [mine, theirs] = spaces.map(({ values }) => values["name"]) as [string, string];
    await other.set("k", "other's");
    expect(await one.get("k")).toBeNull();
    await one.set("k", "mine");
    await one.flushdb();
    expect(await other.get("k")).toBe("other's");
    for (const words of [
      ["SELECT", theirs],
      ["SELECT", "0"],
      ["SELECT", "7"],
      ["MOVE", "k", theirs],
      ["COPY", "k", "k", "DB", theirs],
      ["SWAPDB", mine, theirs],
      ["FLUSHALL"],
      ["EVAL", `return redis.call('SELECT', ${theirs})`, "0"],
    ] as [string, ...string[]][]) {
      const answer = await one.call(...words).then(String, (error: Error) => error.message);
      expect(answer, words.join(" ")).toMatch(/NOPERM|ACL failure|ACL permissions/);
    }
    for (const { name } of spaces) await maker.drop(name, signal);
    one.disconnect();
    other.disconnect();
  });

  test("there are as many as the server has, but for its own and the last; a number comes back empty", async () => {
    await using maker = await world.open({ isolation: "database" });
    const spaces: MadeSpace[] = [];
    for (let at = 0; at < 6; at += 1) spaces.push(await maker.make(`st_00000001_${++count}`, signal));
    expect(maker.capacity).toBe(6);
    expect(spaces.map(({ values }) => values["name"])).toEqual(["1", "2", "3", "4", "5", "6"]);
    await expect(maker.make(`st_00000001_${++count}`, signal)).toThrowWithCode("SPACE_NOT_MADE");
    const client = await world.client(spaces[2] as MadeSpace);
    await client.set("k", "v");
    await maker.drop(spaces[2]?.name ?? "", signal);
    const again = await maker.make(`st_00000001_${++count}`, signal);
    expect(again.values["name"]).toBe("3");
    const fresh = await world.client(again);
    expect(await fresh.dbsize()).toBe(0);
    fresh.disconnect();
    for (const name of await maker.list("st_00000001_", signal)) await maker.drop(name, signal);
  });
});

test("a server that lets everybody in is told of, and one without databases to spare is refused", async () => {
  await using open = await startRedisWorld({ command: ["redis-server", "--databases", "2"] });
  await using _prefix = await open.open({ isolation: "prefix" });
  expect(open.notes.join()).toContain("without a password");
  const failure = await open.open({ isolation: "database" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "SPACE_NOT_MADE", hint: expect.stringContaining("--databases") });
});
