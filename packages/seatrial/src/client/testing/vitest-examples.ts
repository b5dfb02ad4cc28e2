// Tests of vitest that are run by runners.test.ts; some fail on purpose.
import { test as base, describe, expect } from "vitest";
import { openSpace, type Space, spaceFixture } from "../index.ts";

const test = base.extend<{ database: Space; connection: string[] }>({
  database: spaceFixture("postgres"),
  connection: async ({ database }, use) => {
    const log = [database.url];
    await use(log);
    log.push("closed");
  },
});

base("passes", async (context) => {
  const space = await openSpace(context, "postgres");
  expect(space.env["PGHOST"]).toBe("postgres");
});

describe("orders", () => {
  test("fail with a fixture", ({ database, connection }) => {
    expect(connection).toEqual([database.url]);
    expect(1).toBe(2);
  });

  test("pass with a fixture", ({ database }) => {
    expect(database.space).toBe("postgres");
  });

  let attempts = 0;
  test("pass the second time", { retry: 1 }, ({ database }) => {
    attempts += 1;
    expect(database.kind).toBe("postgres");
    expect(attempts).toBe(2);
  });
});

base("is skipped halfway", async (context) => {
  await openSpace(context, "redis");
  context.skip();
});

base("takes longer than its space's time", async (context) => {
  await openSpace(context, "redis", { ttl: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
});
