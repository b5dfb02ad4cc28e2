import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeKind } from "../testing/contract.ts";
import { listensEverywhere } from "../testing/listens-everywhere.ts";
import { createStream, type NatsWorld, startNatsWorld } from "../testing/nats-world.ts";
import { type NatsInfo, readInfo } from "./connection.ts";

const signal = new AbortController().signal;
// Many wait for the same one here.
setMaxListeners(0, signal);
let world: NatsWorld;
let count = 0;
const nextName = () => `st_00000001_${++count}`;

beforeAll(async () => {
  world = await startNatsWorld();
}, 300_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

for (const isolation of ["process", "account"] as const) {
  describeKind({ name: `nats, ${isolation}`, open: async () => world.subject(isolation) });

  describe(`spaces of nats with the isolation ${isolation}`, () => {
    test("messages and streams of one are not those of another", async () => {
      await using maker = await world.open({ isolation });
      const [a, b] = [await maker.make(nextName(), signal), await maker.make(nextName(), signal)];
      await using one = await world.client(a);
      await using other = await world.client(b);
      await other.subscribe(">");
      await createStream(one, "orders");
      await one.publish("orders.new", "1");
      await one.publish("news", "2");
      await other.publish("own", "3");
      expect(other.received).toEqual(["own 3"]);
      expect(await one.request("$JS.API.STREAM.INFO.orders")).toContain('"messages":1');
      expect(await other.request("$JS.API.STREAM.INFO.orders")).toContain('"code":404');
    });

    test("they listen where the run's network reaches them", async () => {
      await using maker = await world.open({ isolation });
      const { port } = await maker.make(nextName(), signal);
      expect(await listensEverywhere(world.docker.server, port)).toBe(true);
    });

    test("nobody gets in without a password, with another's, or as nobody", async () => {
      await using maker = await world.open({ isolation });
      const [a, b] = [await maker.make(nextName(), signal), await maker.make(nextName(), signal)];
      for (const change of [
        { password: "" },
        { password: b.values["password"] ?? "" },
        { user: "", password: "" },
      ]) {
        await expect(world.client(a, change), JSON.stringify(change)).rejects.toThrow(
          "Authorization Violation",
        );
      }
    });

    test("20 are made and dropped at once, and clients of the others stay connected", async () => {
      await using maker = await world.open({ isolation });
      const first = await maker.make(nextName(), signal);
      await using client = await world.client(first);
      await client.subscribe("x");
      const spaces = await Promise.all(Array.from({ length: 20 }, () => maker.make(nextName(), signal)));
      for (const space of spaces) {
        await using _one = await world.client(space);
      }
      await Promise.all(spaces.map(({ name }) => maker.drop(name, signal)));
      await client.publish("x", "still here");
      expect(client.received).toEqual(["x still here"]);
      expect(await maker.list("st_00000001_", signal)).toEqual([first.name]);
    });

    test("those whose process is killed are told of by name, and others can be made", async () => {
      await using maker = await world.open({ isolation });
      const space = await maker.make(nextName(), signal);
      const before = world.lost.length;
      const pid = await pidOn(space.port);
      await (await world.docker.server.run({ argv: ["bash", "-c", `kill -9 ${pid}`] }, signal)).exit;
      await expect
        .poll(() => world.lost.slice(before))
        .toEqual([[space.name, expect.stringContaining("KILL")]]);
      await expect(world.client(space)).rejects.toThrow();
      await maker.drop(space.name, signal);
      await using _next = await world.client(await maker.make(nextName(), signal));
    });

    test("a template is refused, since nothing can be copied", async () => {
      const template = { from: "x", steps: [] };
      await expect(world.open({ isolation, template })).toThrowWithCode("TEMPLATE_FAILED");
    });
  });
}

test("spaces have JetStream and the largest message of the service's own server, or neither", async () => {
  const files = { "/etc/own.conf": "port: 4222\nmax_payload: 2048\n" };
  await using plain = await startNatsWorld(["-c", "/etc/own.conf"], files);
  const seen: NatsInfo[] = [];
  for (const each of [plain, world]) {
    await using maker = await each.open({});
    const { port } = await maker.make(nextName(), signal);
    const stream = await each.docker.server.dial(port, signal);
    seen.push(await readInfo(stream, signal));
    stream.destroy();
  }
  expect(seen).toMatchObject([
    { jetStream: false, maxPayload: 2048 },
    { jetStream: true, maxPayload: 1_048_576 },
  ]);
});

/** The server process that was told to listen on a port. */
async function pidOn(port: number): Promise<string> {
  const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -- "[-]p ${port} " && echo "\${p#/proc/}"; done`;
  const looking = await world.docker.server.run({ argv: ["bash", "-c", script] }, signal);
  let text = "";
  for await (const { data } of looking.output) text += data;
  return text.trim().split("\n")[0] ?? "";
}
