import { Redis } from "ioredis";
import type { SpaceIsolation, TemplatePlan } from "../../model/index.ts";
import { deferred } from "../../support/abort.ts";
import type { MadeSpace, MakerOptions, SpaceMaker } from "../maker.ts";
import { redisKind } from "../redis/index.ts";
import type { KindSubject } from "./contract.ts";
import { type DockerServer, startDockerServer } from "./docker-server.ts";
import { type Forward, forward } from "./forward.ts";
import { spacePlan } from "./plan.ts";

/** A Redis in a container, makers in it, and another author's client for their spaces. */
export interface RedisWorld extends AsyncDisposable {
  readonly docker: DockerServer;
  readonly notes: string[];
  readonly lost: [string, string][];
  open(options: Partial<RedisMakerOptions>): Promise<SpaceMaker>;
  /** A client that does not connect again. */
  client(space: MadeSpace, change?: { username?: string; password?: string }): Promise<Redis>;
  subject(isolation: SpaceIsolation): KindSubject;
}

export interface RedisMakerOptions {
  isolation: SpaceIsolation;
  template: TemplatePlan;
  prefix: string;
  signal: AbortSignal;
  runStep: MakerOptions["runStep"];
}

export async function startRedisWorld(options: {
  command?: string[];
  password?: string;
}): Promise<RedisWorld> {
  const { command = ["redis-server"], password } = options;
  const docker = await startDockerServer({
    owner: "redis",
    image: "redis:8",
    port: 6379,
    command: password === undefined ? command : [...command, "--requirepass", password],
    admin: { password },
    probe: { kind: "redis", port: 6379, password },
  });
  const forwards = new Map<number, Promise<Forward>>();
  const notes: string[] = [];
  const lost: [string, string][] = [];

  async function client(space: MadeSpace, change: object = {}): Promise<Redis> {
    let way = forwards.get(space.port);
    if (way === undefined) {
      way = forward(docker.server, space.port);
      forwards.set(space.port, way);
    }
    const { port } = await way;
    const { user, password = "", name } = space.values;
    const redis = new Redis({
      host: "127.0.0.1",
      port,
      username: user === "default" ? undefined : user,
      password,
      db: Number(name),
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      ...change,
    });
    redis.on("error", () => undefined);
    await redis.connect();
    return redis;
  }

  async function open(given: Partial<RedisMakerOptions>): Promise<SpaceMaker> {
    return await redisKind.open({
      plan: spacePlan({
        ...{ name: "cache", service: "cache", kind: "redis", limit: 64 },
        isolation: given.isolation ?? "process",
        template: given.template ?? { steps: [] },
      }),
      server: docker.server,
      prefix: given.prefix ?? "st_00000000_t0_",
      runStep: given.runStep ?? (async () => undefined),
      onNote: (note) => void notes.push(note),
      onWarning: (warning) => void notes.push(warning),
      onLost: (...about) => void lost.push(about),
      signal: given.signal ?? new AbortController().signal,
    });
  }

  return {
    docker,
    notes,
    lost,
    open,
    client,
    subject: (isolation) => ({
      driver: redisKind,
      outlives: isolation !== "process",
      openMaker: (prefix, signal) => open({ isolation, prefix, signal }),
      async connect(space) {
        const redis = await client(space);
        const ended = deferred<void>();
        redis.once("end", ended.resolve);
        return { ended: ended.promise, [Symbol.asyncDispose]: async () => redis.disconnect() };
      },
      async fingerprint(space) {
        const redis = await client(space);
        try {
          return JSON.stringify(await look(redis, space, isolation));
        } finally {
          redis.disconnect();
        }
      },
      async dirty(space) {
        const redis = await client(space);
        const prefix = space.values["prefix"] ?? "";
        await redis.set(`${prefix}a`, "1");
        await redis.rpush(`${prefix}list`, "x", "y");
        redis.disconnect();
      },
      async [Symbol.asyncDispose]() {},
    }),
    async [Symbol.asyncDispose]() {
      for (const way of forwards.values()) await (await way)[Symbol.asyncDispose]();
      await docker[Symbol.asyncDispose]();
    },
  };
}

/** What a test sees of its own part of the server. */
async function look(redis: Redis, space: MadeSpace, isolation: SpaceIsolation): Promise<unknown> {
  const prefix = space.values["prefix"] ?? "";
  const names = isolation === "prefix" ? ["a", "list"] : (await redis.keys("*")).sort();
  const keys = await Promise.all(
    names.map(async (name) => [
      name,
      await redis.type(`${prefix}${name}`),
      String(await redis.exists(`${prefix}${name}`)),
    ]),
  );
  if (isolation !== "process") return keys;
  const config = (await redis.config("GET", "*")) as string[];
  // Their order is each process's own.
  const settings = config
    .flatMap((name, at) => (at % 2 === 0 ? [`${name} ${config[at + 1]}`] : []))
    .filter((line) => !/^(port|requirepass|dbfilename) /.test(line))
    .sort();
  return {
    keys,
    info: (await redis.info("keyspace")).trim(),
    settings,
    users: await redis.acl("LIST").then((users) => users.map((user) => user.replace(/#\w+/, "#"))),
    functions: await redis.call("FUNCTION", "LIST"),
  };
}
