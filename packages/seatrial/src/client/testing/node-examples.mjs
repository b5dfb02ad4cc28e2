// Tests of node:test that are run by runners.test.ts; some fail on purpose.
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";

const { openSpace } = await import(process.env.SPACES_CLIENT);

test("passes", async (t) => {
  const space = await openSpace(t, "postgres");
  assert.match(space.url, /^postgres:\/\//);
  space.onRelease(() => t.diagnostic(`closed before ${space.id} is given back`));
});

describe("orders", () => {
  it("fails", async (t) => {
    await openSpace(t, "postgres");
    throw new Error("want 3, got 2\nand more");
  });
});

test("runs out of time", { timeout: 300 }, async (t) => {
  await openSpace(t, "redis");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
});

test("asks for what is not there", async (t) => {
  await assert.rejects(openSpace(t, "zoo"), { name: "SpaceError", code: "SPACE_NOT_DEFINED" });
});

test("takes longer than its space's time", async (t) => {
  await openSpace(t, "redis", { ttl: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
});
