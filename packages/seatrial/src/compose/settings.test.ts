import { expect, test } from "vitest";
import { planOne } from "./testing/model.ts";

const plan = (settings: unknown) => planOne({ "x-seatrial": settings });

test("the extension of a service is read", async () => {
  const { db } = await plan({
    ready: "tcp://:6379",
    preset: "postgres",
    durable: true,
    snapshot: false,
    deadline: "1m30s",
  });
  expect(db.settings).toEqual({
    ready: "tcp://:6379",
    preset: "postgres",
    durable: true,
    snapshot: false,
    deadline: 90_000,
  });
});

test("a command may say that a service is ready", async () => {
  expect((await plan({ ready: ["pg_isready"] })).db.settings).toEqual({ ready: ["pg_isready"] });
});

test("a service without it has no settings", async () => {
  expect((await planOne({})).db.settings).toEqual({});
  expect((await plan(null)).db.settings).toEqual({});
});

test("an unknown setting is refused with the nearest one", async () => {
  await expect(plan({ durabel: true })).toThrowWithCode("COMPOSE_INVALID");
  await expect(plan({ durabel: true })).rejects.toMatchObject({ hint: "Did you mean durable?" });
  await expect(plan({ constructor: true })).toThrowWithCode("COMPOSE_INVALID");
});

test.each([
  { deadline: "soon" },
  { durable: "perhaps" },
  { preset: 5 },
  { ready: [] },
  { ready: [1] },
  ["durable"],
  "postgres",
])("%o is refused", async (settings) => {
  await expect(plan(settings)).toThrowWithCode("COMPOSE_INVALID");
});
