import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import type { TestContext as NodeTestContext } from "node:test";
import { describe, expect, it, onTestFinished, type TestContext as VitestTestContext } from "vitest";
import { planOf } from "../spaces/testing/endpoint.ts";
import { fakeBroker } from "../spaces/testing/fake-broker.ts";
import { listeningEndpoint } from "../spaces/testing/listen.ts";
import { type Exchange, protocolFiles, readProtocol } from "../spaces/testing/protocol.ts";
import { type BrokerAddress, createBrokerClient } from "./broker.ts";
import { acquireSpace, openSpace } from "./open-space.ts";
import { brokerClient } from "./process-broker.ts";
import { createSpace, type SpaceMessage } from "./space.ts";
import { SpaceError } from "./space-error.ts";

const exchange = (name: string) => readProtocol<Exchange>(`golden/broker/exchanges/${name}.json`);

/** A server that gives golden answers, and keeps what it was asked. */
async function goldenServer(names: string[]) {
  const asked: { method: string | undefined; path: string | undefined; body: unknown }[] = [];
  const answers = names.map(exchange);
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body = text === "" ? undefined : JSON.parse(text);
    asked.push({ method: request.method, path: request.url, body });
    const { answer } = answers.shift() ?? exchange("error-closed");
    response.writeHead(answer.status, { "content-type": "application/json" });
    if (answer.schema === "session") response.write(`${JSON.stringify(answer.body)}\n`);
    else response.end(JSON.stringify(answer.body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const breakConnections = () => server.closeAllConnections();
  return { asked, address: { url, token: "golden-token" }, breakConnections };
}

describe("golden exchanges", () => {
  it("are what the client sends and reads", async () => {
    const { asked, address } = await goldenServer([
      "session",
      "acquire-files",
      "renew",
      "keep",
      "release-failed",
    ]);
    const space = await acquireSpace("postgres", { test: "TestRefund", broker: address });
    const golden = exchange("acquire-files").answer.body as SpaceMessage;
    expect(space).toMatchObject({
      ...golden,
      leasedAt: new Date(golden.leasedAt),
      until: new Date(golden.until),
    });
    expect(space.file("app.yaml").text).toContain("host: postgres");
    await space.renew(300_000);
    expect(space.until).toEqual(new Date("2026-03-01T12:05:00.000Z"));
    await space.keep(1_800_000);
    await space.release({ outcome: "failed", message: "want 3 orders, got 2" });
    const path = "/v1/spaces/lease-2";
    expect(asked).toEqual([
      { method: "POST", path: "/v1/sessions", body: undefined },
      {
        method: "POST",
        path: "/v1/spaces",
        body: { ...(exchange("acquire-files").request.body as object), session: "session-1" },
      },
      { method: "POST", path: `${path}/renew`, body: exchange("renew").request.body },
      { method: "POST", path: `${path}/keep`, body: exchange("keep").request.body },
      { method: "POST", path: `${path}/release`, body: exchange("release-failed").request.body },
    ]);
  });

  for (const file of protocolFiles("golden/broker/exchanges/").filter((name) => name.startsWith("error-")))
    it(`${file} is an error with its code, hint and log`, async () => {
      const { answer } = exchange(file.replace(".json", ""));
      const { address } = await goldenServer([file.replace(".json", "")]);
      const failed = createBrokerClient(address).ask({ method: "GET", path: "/v1/spaces" });
      const error = await failed.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SpaceError);
      const { code, message, hint, log } = answer.body as {
        code: string;
        message: string;
        hint?: string;
        log?: string[];
      };
      expect(error).toMatchObject({ code, hint, log });
      for (const text of [message, hint ?? "", ...(log ?? [])])
        expect((error as Error).message).toContain(text);
    });

  for (const file of protocolFiles("golden/broker/").filter((name) => /^space\.\w+\.json$/.test(name)))
    it(`${file} is a space`, () => {
      const message = readProtocol<SpaceMessage>(`golden/broker/${file}`);
      const client = createBrokerClient({ url: "http://127.0.0.1:1", token: "t" });
      expect(createSpace(message, client)).toMatchObject({ id: message.id, url: message.values["url"] });
    });
});

describe("a space of the client", () => {
  it("is given back once, after what was opened on it was closed, the last one first", async () => {
    await using server = await listeningEndpoint();
    const log: string[] = [];
    {
      await using space = await acquireSpace("postgres", { broker: server.address });
      space.onRelease(() => void log.push(`first, ${server.broker.released.length} given back`));
      space.onRelease(async () => void log.push("second"));
      await space.release({ outcome: "passed" });
    }
    expect(log).toEqual(["second", "first, 0 given back"]);
    expect(server.broker.released).toMatchObject([{ outcome: "passed" }]);
  });

  it("is given back when closing what was opened on it fails, and the failure is not lost", async () => {
    await using server = await listeningEndpoint();
    const space = await acquireSpace("postgres", { broker: server.address });
    space.onRelease(() => Promise.reject(new Error("one")));
    space.onRelease(() => {
      throw new Error("two");
    });
    await expect(space.release()).rejects.toMatchObject({ errors: [{ message: "two" }, { message: "one" }] });
    expect(server.broker.released).toMatchObject([{ outcome: "unknown" }]);
  });

  it("has files, which may name other spaces of the test", async () => {
    const files = [{ name: "app.ini", path: "/p/app.ini.tmpl", text: "{{spaces.redis.name}}" }];
    await using server = await listeningEndpoint({
      plans: [planOf("postgres", files), planOf("redis")],
      files: { place: async () => ({ "app.ini": "/tmp/app.ini" }), remove: async () => undefined },
    });
    const redis = await acquireSpace("redis", { broker: server.address });
    const space = await acquireSpace("postgres", { broker: server.address, with: [redis] });
    expect(space.file("app.ini")).toEqual({ name: "app.ini", path: "/tmp/app.ini", text: redis.name });
    expect(() => space.file("other")).toThrow(/its files: app.ini/);
  });

  it("is not waited for any more when the test is given up", async () => {
    await using server = await listeningEndpoint({ broker: fakeBroker({ limit: 0 }) });
    const stop = new AbortController();
    const waiting = acquireSpace("postgres", { broker: server.address, signal: stop.signal });
    await expect.poll(() => server.broker.waiting).toBe(1);
    stop.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
    await expect.poll(() => server.broker.waiting).toBe(0);
  });

  it("takes the contexts of both runners as they are typed", () => {
    const open = (test: NodeTestContext | VitestTestContext) => openSpace(test, "postgres");
    expect(open).toBeInstanceOf(Function);
  });

  it("has the test's name and outcome", async (context) => {
    await using server = await listeningEndpoint();
    const undos: (() => Promise<void>)[] = [];
    const task = { name: "x", suite: { name: "y" }, file: { name: "z.test.ts" }, result: { state: "pass" } };
    const test = {
      task,
      signal: context.signal,
      onTestFinished: (undo: () => Promise<void>) => void undos.push(undo),
    };
    await openSpace(test, "postgres", { broker: server.address });
    for (const undo of undos) await undo();
    expect(server.broker.requests[0]?.holder.test).toBe("z.test.ts > y > x");
    expect(server.broker.released).toMatchObject([{ outcome: "passed" }]);
  });
});

describe("a client without a broker", () => {
  it("says how to run the tests", async () => {
    const { SEATRIAL_BROKER, SEATRIAL_TOKEN } = process.env;
    delete process.env["SEATRIAL_BROKER"];
    onTestFinished(() => void Object.assign(process.env, { SEATRIAL_BROKER, SEATRIAL_TOKEN }));
    expect(() => brokerClient()).toThrow(/SEATRIAL_BROKER is not set(.|\n)*seatrial exec -- /);
    await expect(acquireSpace("postgres")).rejects.toMatchObject({ code: "SPACE_BROKER_MISSING" });
  });

  it("says that it does not answer, whatever is there", async () => {
    const closed = createTcpServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    const silly = createTcpServer((socket) => socket.end("SSH-2.0-x\r\n")).listen(0, "127.0.0.1");
    await Promise.all([once(closed, "listening"), once(silly, "listening")]);
    onTestFinished(() => {
      closed.close();
      silly.close();
    });
    const ports = [closed, silly].map((server) => (server.address() as AddressInfo).port);
    for (const port of [...ports, 1]) {
      const broker: BrokerAddress = { url: `http://127.0.0.1:${port}`, token: "t" };
      await expect(acquireSpace("postgres", { broker })).rejects.toMatchObject({
        code: "BROKER_UNREACHABLE",
      });
    }
  });

  it("opens a new session when the old one was lost", async () => {
    const { asked, address, breakConnections } = await goldenServer(["session", "session"]);
    const client = createBrokerClient(address);
    await Promise.all([client.session(), client.session(), client.session()]);
    expect(asked).toHaveLength(1);
    breakConnections();
    await expect.poll(async () => [await client.session(), asked.length]).toEqual(["session-1", 2]);
  });
});
