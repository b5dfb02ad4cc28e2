import { once } from "node:events";
import { connect, createServer } from "node:net";
import path from "node:path";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { spaceError } from "../errors.ts";
import { dial } from "../testing/dial.ts";
import { testEndpoint } from "../testing/endpoint.ts";
import { fakeBroker } from "../testing/fake-broker.ts";
import { connectBroker } from "./connect.ts";

const holder = { run: "run-7", suite: "exec", test: "", attempt: 2 };
const signal = new AbortController().signal;

function connected(broker = fakeBroker()) {
  const test = testEndpoint({ broker, caller: { run: "run-1", suite: "", admin: true }, token: null });
  const remote = connectBroker({ dial: () => dial(test.endpoint), signal });
  return { ...test, remote };
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isTrue(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(isTrue()).toBe(true);
}

describe("a broker of another owner", () => {
  it("does what the owner's does", async () => {
    const { remote, broker } = connected();
    const given = await remote.acquire({ space: "postgres", holder, ttl: 60_000 }, signal);
    expect(given.made).toEqual({
      name: "st_test_1",
      port: 5432,
      values: { user: "st_test_1", password: "secret", name: "st_test_1" },
    });
    expect(given.holder).toEqual(holder);
    expect(broker.requests[0]).toMatchObject({ holder, ttl: 60_000 });
    expect(await remote.list()).toEqual(await broker.list());
    expect((await remote.renew(given.id, 5_000)).state).toBe("leased");
    expect((await remote.release(given.id, { outcome: "failed", message: "m" })).reason).toBe("failed: m");
    expect((await remote.keep(given.id, undefined)).reason).toBe("kept by hand");
    expect((await remote.find(given.id)).made).toEqual(given.made);
    expect(await remote.outcomes()).toEqual(await broker.outcomes());
    expect(await remote.outcomes(holder)).toEqual(await broker.outcomes(holder));
    expect(await remote.outcomes({ run: holder.run, suite: "another" })).toEqual([]);
    expect((await remote.drop(given.id)).state).toBe("gone");
    await remote[Symbol.asyncDispose]();
  });

  it("takes ids as they are", async () => {
    const { remote } = connected();
    for (const id of ["../sessions", "a b?c#d", "ü"])
      await expect(remote.drop(id)).toThrowWithCode("SPACE_UNKNOWN");
    await remote[Symbol.asyncDispose]();
  });

  it("fails with the owner's codes, hints and logs", async () => {
    const { remote, broker } = connected();
    await expect(remote.acquire({ space: "mongo", holder }, signal)).toThrowWithCode("SPACE_NOT_DEFINED");
    broker.failures.push(
      spaceError({ code: "TEMPLATE_FAILED", message: "m", hint: "h", lastLines: ["a", "b"] }),
    );
    await expect(remote.acquire({ space: "postgres", holder }, signal)).rejects.toMatchObject({
      ...{ code: "TEMPLATE_FAILED", message: "m", hint: "h", lastLines: ["a", "b"] },
    });
    await remote[Symbol.asyncDispose]();
  });

  it("ends leases with its own session, and with the one that was named", async () => {
    const { remote, broker } = connected();
    const session = await remote.openSession();
    await remote.acquire({ space: "postgres", holder }, signal);
    await remote.acquire({ space: "postgres", holder, session: session.id }, signal);
    expect(broker.sessions.size).toBe(2);
    await session[Symbol.asyncDispose]();
    await eventually(() => broker.sessions.size === 1);
    expect(broker.leased).toEqual(["lease-1"]);
    await remote[Symbol.asyncDispose]();
    await eventually(() => broker.sessions.size === 0);
    expect(broker.leased).toEqual([]);
    await expect(remote.list()).toThrowWithCode("BROKER_CLOSED");
  });

  it("opens a new session of its own when the old one broke", async () => {
    const { endpoint, broker } = testEndpoint({
      caller: { run: "run-1", suite: "", admin: true },
      token: null,
    });
    const dialled: Duplex[] = [];
    const remote = connectBroker({
      dial() {
        const connection = dial(endpoint);
        dialled.push(connection);
        return connection;
      },
      signal,
    });
    await remote.acquire({ space: "postgres", holder }, signal);
    for (const connection of dialled) connection.destroy();
    await eventually(() => broker.sessions.size === 0);
    await remote.acquire({ space: "postgres", holder }, signal);
    expect(broker.requests.map(({ session }) => session)).toEqual(["session-1", "session-2"]);
    await remote[Symbol.asyncDispose]();
  });

  it("stops waiting when it is told to", async () => {
    const { remote, broker } = connected(fakeBroker({ limit: 0 }));
    const stop = new AbortController();
    const waiting = remote.acquire({ space: "postgres", holder }, stop.signal);
    await eventually(() => broker.waiting === 1);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await eventually(() => broker.waiting === 0);
    await remote[Symbol.asyncDispose]();
  });

  it("says so when nobody is there, and when an answer breaks off", async () => {
    const refused = connectBroker({ dial: () => Promise.reject(new Error("connect ENOENT")), signal });
    await expect(refused.list()).toThrowWithCode("BROKER_UNREACHABLE");
    await expect(refused.acquire({ space: "postgres", holder }, signal)).toThrowWithCode(
      "BROKER_UNREACHABLE",
    );
    const { endpoint, remote } = connected(fakeBroker({ limit: 0 }));
    await endpoint.close();
    await expect(remote.list()).toThrowWithCode("BROKER_CLOSED");
    for (const each of [refused, remote]) await each[Symbol.asyncDispose]();
  });

  it("needs the token where there is one, and an endpoint for administrators", async () => {
    const { endpoint } = testEndpoint({ caller: { run: "r", suite: "s", admin: true } });
    const without = connectBroker({ dial: () => dial(endpoint), signal });
    await expect(without.list()).toThrowWithCode("SPACE_UNAUTHORIZED");
    const withToken = connectBroker({ dial: () => dial(endpoint), token: endpoint.token, signal });
    expect(await withToken.list()).toEqual([]);
    const suite = testEndpoint();
    const wrong = connectBroker({ dial: () => dial(suite.endpoint), token: suite.endpoint.token, signal });
    await expect(wrong.acquire({ space: "postgres", holder }, signal)).toThrowWithCode(
      "SPACE_REQUEST_INVALID",
    );
    for (const each of [without, withToken, wrong]) await each[Symbol.asyncDispose]();
  });

  it("is reached over a real socket, by many requests at once", async () => {
    await using folder = await createFolder({});
    const socket = path.join(folder.path, "c.sock");
    const { endpoint, broker } = testEndpoint({
      broker: fakeBroker({ limit: 1_000 }),
      caller: { run: "run-1", suite: "", admin: true },
      token: null,
    });
    const server = createServer((connection) => endpoint.accept(connection)).listen(socket);
    await once(server, "listening");
    const remote = connectBroker({ dial: () => connect(socket), signal });
    const given = await Promise.all(
      Array.from({ length: 200 }, async () => {
        return await remote.acquire({ space: "postgres", holder }, new AbortController().signal);
      }),
    );
    expect(new Set(given.map(({ id }) => id)).size).toBe(200);
    await Promise.all(given.map(async ({ id }) => await remote.release(id, { outcome: "passed" })));
    expect(broker.leased).toEqual([]);
    await remote[Symbol.asyncDispose]();
    await endpoint.close();
    server.close();
    await once(server, "close");
  });
});
