import { afterAll, beforeAll, expect, test } from "vitest";
import type { Broker } from "../broker.ts";
import { openTestBroker, spaceRequest } from "../testing/broker.ts";
import { type RedisWorld, startRedisWorld } from "../testing/redis-world.ts";
import { redisKind } from "./kind.ts";

let world: RedisWorld;
beforeAll(async () => {
  world = await startRedisWorld({});
}, 300_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function ready(broker: Broker): Promise<string[]> {
  return (await broker.list()).filter(({ state }) => state === "ready").map(({ name }) => name);
}

test("a broker gives nobody a process that was killed while it waited, and has another one made", async () => {
  await using opened = openTestBroker({
    plan: { kind: "redis", isolation: "process", warm: 1 },
    server: async () => world.docker.server,
    kind: async () => redisKind,
  });
  const { broker, signal, notes } = opened;
  const first = await broker.acquire(spaceRequest(), signal);
  await expect.poll(() => ready(broker), { timeout: 10_000 }).toHaveLength(1);
  const [waiting = ""] = await ready(broker);
  const argv = [
    "bash",
    "-c",
    `for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline 2>/dev/null) in
    "redis-server *:"*) port=$(tr '\\0' ' ' <$p/cmdline); port=\${port#*:}; port=\${port%% *}
      if [ "$port" != 6379 ] && [ "$port" != ${first.made.port} ]; then kill -9 "\${p#/proc/}"; fi;;
  esac; done`,
  ];
  await (await world.docker.server.run({ argv }, signal)).exit;
  await expect.poll(() => notes.join(), { timeout: 10_000 }).toContain(`${waiting} was ended by KILL`);
  const second = await broker.acquire(spaceRequest("TestB"), signal);
  expect(second.made.name).not.toBe(waiting);
  for (const { made } of [first, second]) {
    const redis = await world.client(made);
    expect(await redis.ping()).toBe("PONG");
    redis.disconnect();
  }
});
