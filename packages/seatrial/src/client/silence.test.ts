import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { type Exchange, readProtocol } from "../spaces/testing/protocol.ts";
import { createBrokerClient } from "./broker.ts";
import { acquireSpace } from "./open-space.ts";
import { createSpace, type SpaceMessage } from "./space.ts";

/** A broker that takes requests, and says no more than this. */
async function brokerThatSays(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, address: { url, token: "t" } };
}

const away = (seconds: number) => ({
  code: "BROKER_UNREACHABLE",
  message: expect.stringContaining(`nothing came within ${seconds} s`),
});

it("a broker that says nothing is not waited for without end, whatever it was asked", async () => {
  const { address } = await brokerThatSays(() => undefined);
  const client = createBrokerClient(address, 50);
  await expect(client.session()).rejects.toMatchObject(away(0.05));
  const asking = client.ask({ method: "POST", path: "/v1/spaces", body: {}, wait: 20 });
  await expect(asking).rejects.toMatchObject(away(0.07));
  const { body } = readProtocol<Exchange>("golden/broker/exchanges/acquire-files.json").answer;
  const space = createSpace(body as SpaceMessage, client);
  await expect(space.release()).rejects.toMatchObject(away(0.05));
});

it("nor is one that falls silent in the middle of an answer", async () => {
  const { address } = await brokerThatSays((_request, response) => void response.write('{"session":'));
  const client = createBrokerClient(address, 50);
  await expect(client.session()).rejects.toMatchObject(away(0.05));
  await expect(client.ask({ method: "GET", path: "/v1/spaces" })).rejects.toMatchObject(away(0.05));
});

it("a session stays open when its answer came in time", async () => {
  const { asked, address } = await brokerThatSays(
    (_request, response) => void response.write('{"session":"one"}\n'),
  );
  const client = createBrokerClient(address, 50);
  expect(await client.session()).toBe("one");
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect([await client.session(), asked.length]).toEqual(["one", 1]);
});

it("a space is waited for as long as the broker waits for a free one, and 30 s more", async () => {
  const { asked, address } = await brokerThatSays((request, response) => {
    if (request.url === "/v1/sessions") response.write('{"session":"one"}\n');
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  for (const [wait, seconds] of [
    [undefined, 90],
    [5_000, 35],
  ] as const) {
    const before = asked.length;
    const ended: unknown[] = [];
    const asking = acquireSpace("postgres", { broker: address, wait }).catch((error) => ended.push(error));
    while (asked.slice(before).at(-1) !== "/v1/spaces") await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(seconds * 1000 - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1);
    await asking;
    expect(ended).toMatchObject([away(seconds)]);
  }
});
