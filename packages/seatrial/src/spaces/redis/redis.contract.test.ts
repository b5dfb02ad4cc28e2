import { afterAll, beforeAll } from "vitest";
import { describeKind } from "../testing/contract.ts";
import { type RedisWorld, startRedisWorld } from "../testing/redis-world.ts";

let world: RedisWorld;
beforeAll(async () => {
  world = await startRedisWorld({ command: ["redis-server", "--databases", "64"], password: "s3cret" });
}, 300_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

for (const isolation of ["process", "prefix", "database"] as const) {
  describeKind({ name: `redis, ${isolation}`, open: async () => world.subject(isolation) });
}
