import { expect, test } from "vitest";
import { planOne } from "./testing/model.ts";

const healthOf = async (healthcheck: object) => (await planOne({ healthcheck })).db.health;

test("a service without a health check leaves it to its image", async () => {
  expect((await planOne({})).db.health).toBeUndefined();
});

test("a command is asked as it is, a shell command through /bin/sh", async () => {
  expect(await healthOf({ test: ["CMD", "pg_isready", "-U", "app"] })).toEqual({
    kind: "command",
    argv: ["pg_isready", "-U", "app"],
    timeout: 30_000,
    deadline: 60_000,
  });
  expect(await healthOf({ test: ["CMD-SHELL", "redis-cli ping | grep PONG"], timeout: "2s" })).toMatchObject({
    argv: ["/bin/sh", "-c", "redis-cli ping | grep PONG"],
    timeout: 2_000,
  });
  expect(await healthOf({ test: "curl -f localhost" })).toMatchObject({
    argv: ["/bin/sh", "-c", "curl -f localhost"],
  });
});

test.each([{ disable: true }, { test: ["NONE"] }, { disable: true, test: ["CMD", "x"] }])(
  "%o means that there is none",
  async (healthcheck) => {
    expect(await healthOf(healthcheck)).toEqual({ kind: "none" });
  },
);

test("start period, interval and retries are kept as patience, never under a minute", async () => {
  const check = ["CMD", "x"];
  expect(await healthOf({ test: check, interval: "1s", retries: 3 })).toMatchObject({ deadline: 60_000 });
  expect(await healthOf({ test: check, interval: "10s", retries: 12, start_period: "1m30s" })).toMatchObject({
    deadline: 210_000,
  });
  expect(await healthOf({ test: check, start_period: "2m" })).toMatchObject({ deadline: 210_000 });
});

test("patience alone keeps the image's own test", async () => {
  const health = await healthOf({ interval: "5s", retries: 30 });
  expect(health).toMatchObject({ kind: "command", deadline: 150_000 });
  expect(health).toMatchObject({ argv: undefined });
});
