import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { connect } from "../../agent/connect.ts";
import { fakeAgent } from "../../agent/testing/index.ts";
import { createBroker } from "../create-broker.ts";
import { createMemoryKind, memoryServer } from "../memory/index.ts";
import { memoryJournal } from "../testing/broker.ts";
import { ask, askOpen, dial } from "../testing/dial.ts";
import { nameReach } from "../testing/endpoint.ts";
import { spacePlan } from "../testing/plan.ts";
import { openEndpoint } from "./endpoint.ts";

function open(plan: Parameters<typeof spacePlan>[0] = {}) {
  const plans = [spacePlan(plan)];
  const memory = createMemoryKind();
  const kind = async () => memory.driver;
  const broker = createBroker({
    plans,
    kind,
    server: async (service) => memoryServer(service),
    runStep: async () => undefined,
    journal: memoryJournal(),
    signal: new AbortController().signal,
  });
  const endpoint = openEndpoint({
    broker,
    caller: { run: "r", suite: "s" },
    plans,
    kind,
    reach: nameReach,
  });
  return {
    broker,
    endpoint,
    headers: { authorization: `Bearer ${endpoint.token}` },
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

type Opened = ReturnType<typeof open>;
const acquire = (test: string, rest: object = {}) => ({
  method: "POST",
  path: "/v1/spaces",
  body: { space: "db", test, ...rest },
});

async function openSession({ endpoint, headers }: Opened) {
  const asked = { method: "POST", path: "/v1/sessions", headers };
  const { response, connection } = await askOpen(dial(endpoint), asked);
  response.on("error", () => undefined);
  const [line] = await once(response, "data");
  return { id: JSON.parse(String(line)).session as string, connection };
}

describe("the broker behind an endpoint", () => {
  it("never gives a space to two tests or loses one, whatever its clients do", async () => {
    await using opened = open({ limit: 6, keep: { count: 0, time: 0, bytes: 0 } });
    const { endpoint, headers, broker } = opened;
    const inHands = new Map<string, string>();
    let given = 0;

    /** A process: tests one after the other, until it dies somewhere. */
    async function client(name: string, random: () => number): Promise<void> {
      const session = await openSession(opened);
      for (let test = 0; test < 12; test += 1) {
        const fate = random();
        const connection = dial(endpoint);
        const asked = ask(connection, { ...acquire(`${name}-${test}`, { session: session.id }), headers });
        if (fate < 0.25) {
          asked.catch(() => undefined);
          for (let turns = random() * 12; turns > 0; turns -= 1) await turn();
          connection.destroy();
          continue;
        }
        const { status, body } = await asked;
        expect(status).toBe(201);
        given += 1;
        expect(inHands.get(body.name)).toBeUndefined();
        inHands.set(body.name, name);
        for (let turns = random() * 8; turns > 0; turns -= 1) await turn();
        inHands.delete(body.name);
        if (fate < 0.35) break;
        const path = `/v1/spaces/${body.id}/release`;
        const outcome = fate < 0.5 ? "failed" : "passed";
        await ask(dial(endpoint), { method: "POST", path, headers, body: { outcome } });
        if (fate < 0.7) await ask(dial(endpoint), { method: "POST", path, headers, body: { outcome } });
      }
      session.connection.destroy();
    }

    await Promise.all(Array.from({ length: 16 }, (_, at) => client(`c${at}`, createRandom(at + 1))));
    expect(given).toBeGreaterThan(40);
    await expect
      .poll(async () => (await broker.list()).filter(({ state }) => state === "leased"), { timeout: 5_000 })
      .toEqual([]);
    // All of its places are free again.
    const all = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => {
        return (await ask(dial(endpoint), { ...acquire(`last-${at}`), headers })).status;
      }),
    );
    expect(all).toEqual([201, 201, 201, 201, 201, 201]);
  });

  it("ends a lease by its id alone: to give it back twice does not touch the next test's", async () => {
    await using opened = open({ limit: 1 });
    const { endpoint, headers } = opened;
    const first = await ask(dial(endpoint), { ...acquire("TestA"), headers });
    const release = {
      method: "POST",
      path: `/v1/spaces/${first.body.id}/release`,
      headers,
      body: { outcome: "passed" },
    };
    await ask(dial(endpoint), release);
    const second = await ask(dial(endpoint), { ...acquire("TestB"), headers });
    expect(second.body.id).not.toBe(first.body.id);
    expect((await ask(dial(endpoint), release)).status).toBe(200);
    const { body } = await ask(dial(endpoint), {
      method: "GET",
      path: `/v1/spaces/${second.body.id}`,
      headers,
    });
    expect(body).toMatchObject({ state: "leased", holder: { test: "TestB" } });
  });

  it("gives one space to a request that is repeated, also while the first still waits", async () => {
    await using opened = open({ limit: 2 });
    const { endpoint, headers } = opened;
    const same = { ...acquire("TestA", { key: "k" }), headers };
    const answers = await Promise.all([1, 2, 3].map(async () => await ask(dial(endpoint), same)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });
});

describe("a relay of an agent before an endpoint", () => {
  it("passes requests, held sessions and the end of a client", async () => {
    await using opened = open({ limit: 1 });
    const { endpoint, headers, broker } = opened;
    const fake = fakeAgent();
    await using agent = connect(fake.stream, { label: "suite integration" });
    const signal = new AbortController().signal;
    await using relay = await agent.relay({ onConnection: endpoint.accept, signal });
    const dialRelay = () => fake.dial(relay.address.port);

    const asked = { method: "POST", path: "/v1/sessions", headers };
    const { response, connection } = await askOpen(dialRelay(), asked);
    response.on("error", () => undefined);
    const [line] = await once(response, "data");
    const { session } = JSON.parse(String(line));
    const given = await ask(dialRelay(), { ...acquire("TestA", { session }), headers });
    expect(given.body.url).toMatch(/^memory:\/\/st_/);
    connection.end();
    await expect.poll(async () => (await broker.list())[0]?.reason).toBe("owner lost");
  });
});

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
