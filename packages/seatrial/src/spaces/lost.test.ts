import { expect, it } from "vitest";
import type { MakerOptions } from "./maker.ts";
import { openTestBroker, spaceRequest, type TestBrokerOptions } from "./testing/broker.ts";
import { settle } from "./testing/clock.ts";

/** A broker, and a way for its server to lose a space. */
function open(options: TestBrokerOptions = {}) {
  const test = openTestBroker(options);
  const { driver } = test.memory;
  const openMaker = driver.open;
  let given: MakerOptions | undefined;
  driver.open = async (options) => {
    given = options;
    return await openMaker(options);
  };
  return { test, lose: (name: string) => given?.onLost?.(name, `${name} crashed`) };
}

it("gives nobody a clean space that is lost, and makes another one", async () => {
  const { test, lose } = open({ plan: { warm: 2 } });
  await using _closing = test;
  test.broker.prepare(["db"]);
  await settle();
  const [first = "", second = ""] = test.inServer();
  lose(first);
  lose(second);
  const space = await test.broker.acquire(spaceRequest(), test.signal);
  expect([first, second]).not.toContain(space.made.name);
  await settle();
  expect(test.inServer()).not.toContain(first);
  expect(test.notes).toContain(`db: ${first} crashed`);
});

it("never puts back a space that was lost in a test's hands", async () => {
  const { test, lose } = open();
  await using _closing = test;
  const space = await test.broker.acquire(spaceRequest(), test.signal);
  lose(space.made.name);
  expect(await test.count("leased")).toBe(1);
  await test.broker.release(space.id, { outcome: "passed" });
  await settle();
  expect(test.inServer()).not.toContain(space.made.name);
});

it("gives up a kept space that is lost, and does not mind one that it does not know", async () => {
  const { test, lose } = open();
  await using _closing = test;
  const space = await test.broker.acquire(spaceRequest(), test.signal);
  await test.broker.release(space.id, { outcome: "failed" });
  expect(await test.count("kept")).toBe(1);
  lose(space.made.name);
  lose("st_unknown");
  await settle();
  expect(await test.count("kept")).toBe(0);
});

it("makes no more spaces than the server has room for, whatever the limit says", async () => {
  const { test } = open({ plan: { warm: 8, limit: 64 } });
  await using _closing = test;
  const { driver } = test.memory;
  const openMaker = driver.open;
  driver.open = async (options) => ({ ...(await openMaker(options)), capacity: 3 });
  test.broker.prepare(["db"]);
  await settle();
  expect(test.inServer()).toHaveLength(3);
  await test.clock.advance(60_000);
  expect(test.inServer()).toHaveLength(3);
});
