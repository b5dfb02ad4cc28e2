import { expect, test } from "vitest";
import { redisClient, redisEnv, redisValues } from "./address.ts";

const at = { host: "cache", port: 20_001 };

test("a space of its own process is reached as the default user, in the way that every client knows", () => {
  const space = { name: "st_1_1", port: 20_001, values: { user: "default", password: "p1", name: "0" } };
  const values = redisValues(space, at);
  expect(values).toEqual({ ...space.values, host: "cache", port: "20001", url: "redis://:p1@cache:20001/0" });
  expect(redisEnv(values)).toEqual({
    REDIS_URL: "redis://:p1@cache:20001/0",
    REDIS_HOST: "cache",
    REDIS_PORT: "20001",
    REDIS_USERNAME: "default",
    REDIS_PASSWORD: "p1",
    REDIS_DB: "0",
  });
  expect(redisClient(values)).toEqual({
    argv: ["redis-cli", "-h", "cache", "-p", "20001", "-n", "0"],
    env: { REDISCLI_AUTH: "p1" },
  });
});

test("a user, a prefix and a database are part of the address", () => {
  const own = { user: "st_1_1", password: "p1", name: "3", prefix: "st_1_1:" };
  const values = redisValues({ name: "st_1_1", port: 6379, values: own }, { host: "127.0.0.1", port: 6379 });
  expect(values["url"]).toBe("redis://st_1_1:p1@127.0.0.1:6379/3");
  expect(redisEnv(values)).toMatchObject({
    REDIS_PREFIX: "st_1_1:",
    REDIS_DB: "3",
    REDIS_USERNAME: "st_1_1",
  });
  expect(redisClient(values).argv).toEqual([
    "redis-cli",
    "-h",
    "127.0.0.1",
    "-p",
    "6379",
    "--user",
    "st_1_1",
    "-n",
    "3",
  ]);
});
