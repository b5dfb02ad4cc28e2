import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { ask, askOpen, dial } from "../testing/dial.ts";
import { nameReach, planOf, testEndpoint } from "../testing/endpoint.ts";
import { fakeBroker } from "../testing/fake-broker.ts";

const acquire = { method: "POST", path: "/v1/spaces" };

/** Resolves when it is true; things happen within some turns of the event loop. */
async function eventually(what: string, isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (isTrue()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`did not happen: ${what}`);
}

describe("an endpoint's token", () => {
  it("is asked for before anything else, and its lack says nothing of what is there", async () => {
    const { endpoint, broker } = testEndpoint();
    const wrong = [
      undefined,
      "",
      "Bearer",
      "Bearer x",
      `Basic ${endpoint.token}`,
      `Bearer ${endpoint.token}x`,
    ];
    for (const authorization of wrong)
      for (const path of ["/v1/spaces", "/nothing", "/%zz", "/v1/stats"]) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const answer = await ask(dial(endpoint), { method: "POST", path, headers, bodyText: "no json" });
        expect(answer.status).toBe(401);
        expect(answer.body.code).toBe("SPACE_UNAUTHORIZED");
        expect(answer.headers.connection).toBe("close");
      }
    expect(broker.requests).toEqual([]);
  });

  it("is new for each endpoint, and not guessable", () => {
    const tokens = Array.from({ length: 50 }, () => testEndpoint().endpoint.token);
    expect(new Set(tokens).size).toBe(50);
    expect(Math.min(...tokens.map((token) => token.length))).toBeGreaterThanOrEqual(32);
  });

  it("is not needed where the connection itself is the proof", async () => {
    const { endpoint } = testEndpoint({ token: null });
    expect((await ask(dial(endpoint), { method: "GET", path: "/v1/stats" })).status).toBe(200);
  });
});

describe("acquiring through an endpoint", () => {
  it("gives an address as the client reaches it, for as long as the lease lasts", async () => {
    const lasting: AbortSignal[] = [];
    const { endpoint, headers } = testEndpoint({
      reach: {
        address: async (service, port, signal) => {
          lasting.push(signal);
          return { host: `${service}.example`, port: port + 1 };
        },
      },
    });
    const { body } = await ask(dial(endpoint), {
      ...acquire,
      headers,
      body: { space: "postgres", test: "T" },
    });
    expect(body.url).toBe("postgres://st_test_1:secret@postgres.example:5433/st_test_1");
    expect(body.env).toMatchObject({ PGHOST: "postgres.example", PGPORT: "5433" });
    expect(lasting.map((signal) => signal.aborted)).toEqual([false]);
    const path = `/v1/spaces/${body.id}/release`;
    await ask(dial(endpoint), { method: "POST", path, headers, body: { outcome: "passed" } });
    expect(lasting.map((signal) => signal.aborted)).toEqual([true]);
  });

  it("takes run and suite from the token, whatever the request says", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const holder = { run: "other", suite: "other" };
    await ask(dial(endpoint), {
      ...acquire,
      headers,
      body: { space: "postgres", test: "T", attempt: 3, holder },
    });
    expect(broker.requests[0]?.holder).toEqual({ run: "run-1", suite: "integration", test: "T", attempt: 3 });
  });

  it("takes any text for a test's name", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const names = [
      `it's "quoted"`,
      "名前 🚢",
      "x".repeat(300),
      `'; DROP DATABASE postgres; --`,
      "a\r\nb",
      "../..",
      "%s",
    ];
    for (const test of names) {
      const made = await ask(dial(endpoint), { ...acquire, headers, body: { space: "postgres", test } });
      const path = `/v1/spaces?${new URLSearchParams({ test })}`;
      const { body } = await ask(dial(endpoint), { method: "GET", path, headers });
      expect(body.spaces.map((space: { id: string }) => space.id)).toEqual([made.body.id]);
    }
    expect(broker.requests.map(({ holder }) => holder.test)).toEqual(names);
    await ask(dial(endpoint), {
      ...acquire,
      headers,
      body: { space: "postgres", test: "nul \0 half \ud83d" },
    });
    expect(broker.requests.at(-1)?.holder.test).toBe("nul \ufffd half \ufffd");
  });

  it("names the field that is wrong", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const bodies = {
      "The body": ["text", [], 1, null],
      space: [{ test: "T" }, { space: "", test: "T" }, { space: {}, test: "T" }],
      test: [{ space: "postgres" }, { space: "postgres", test: 1 }],
      ttl: [{ space: "postgres", test: "T", ttl: 0 }],
      "with[1]": [{ space: "postgres", test: "T", with: ["lease-1", 2] }],
    };
    for (const [field, wrong] of Object.entries(bodies))
      for (const body of wrong) {
        const answer = await ask(dial(endpoint), { ...acquire, headers, body });
        expect(answer.status).toBe(400);
        expect(answer.body.message).toMatch(new RegExp(`^${field.replace("[1]", "\\[1\\]")}:`));
      }
    expect(broker.requests).toEqual([]);
  });

  it("gives the same answer to a repeated request", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const body = { space: "postgres", test: "T", key: "k" };
    const first = await ask(dial(endpoint), { ...acquire, headers, body });
    const second = await ask(dial(endpoint), { ...acquire, headers, body });
    expect(second.body).toEqual(first.body);
    expect(broker.leased).toEqual(["lease-1"]);
  });

  it("gives back a space whose file cannot be rendered, and says where it went wrong", async () => {
    const text = "a: 1\nb: {{hsot}}";
    const { endpoint, broker, headers } = testEndpoint({
      plans: [planOf("postgres", [{ name: "a.yaml", path: "config.d/a.yaml.tmpl", text }])],
      files: { place: async () => ({}), remove: async () => undefined },
    });
    const answer = await ask(dial(endpoint), { ...acquire, headers, body: { space: "postgres", test: "T" } });
    expect(answer.status).toBe(422);
    expect(answer.body.message).toBe(
      `config.d/a.yaml.tmpl:2:4: {{hsot}} is not defined; did you mean "host"?`,
    );
    await eventually("it is given back", () => broker.released.length === 1);
    expect(broker.released[0]).toMatchObject({ id: "lease-1", outcome: "skipped" });
  });

  it("renders files with the values of other spaces of the same client, and of nobody else's", async () => {
    const text = "{{url}} {{spaces.redis.name}} {{services.mail.port}} {{env.LEVEL}}";
    const removed: string[] = [];
    const options = {
      plans: [planOf("postgres", [{ name: "a", path: "config.d/a.tmpl", text }]), planOf("redis")],
      services: { mail: 25 },
      env: { LEVEL: "debug" },
      files: {
        place: async () => ({ a: "/f/a" }),
        remove: async (id: string) => void removed.push(id),
      },
    };
    const broker = fakeBroker();
    const { endpoint, headers } = testEndpoint({ ...options, broker });
    const redis = await ask(dial(endpoint), { ...acquire, headers, body: { space: "redis", test: "T" } });
    const body = { space: "postgres", test: "T", with: [redis.body.id] };
    const given = await ask(dial(endpoint), { ...acquire, headers, body });
    expect(given.body.files).toEqual([
      { name: "a", path: "/f/a", text: `${given.body.url} ${redis.body.name} 25 debug` },
    ]);
    const other = testEndpoint({ ...options, broker, caller: { run: "run-1", suite: "other" } });
    const refused = await ask(dial(other.endpoint), { ...acquire, headers: other.headers, body });
    expect(refused.body.code).toBe("SPACE_UNKNOWN");
    await endpoint.close();
    expect(removed).toEqual(["lease-1", "lease-2"]);
  });
});

describe("a client that goes away", () => {
  it("waits no more, and the space goes to the next", async () => {
    const { endpoint, broker, headers } = testEndpoint({ broker: fakeBroker({ limit: 1 }) });
    const body = { space: "postgres", test: "T" };
    const first = await ask(dial(endpoint), { ...acquire, headers, body });
    const leaving = dial(endpoint);
    const lost = ask(leaving, { ...acquire, headers, body }).catch(() => "lost");
    await eventually("it waits", () => broker.waiting === 1);
    leaving.destroy();
    await eventually("it waits no more", () => broker.waiting === 0);
    expect(await lost).toBe("lost");
    const path = `/v1/spaces/${first.body.id}/release`;
    const next = ask(dial(endpoint), { ...acquire, headers, body });
    await ask(dial(endpoint), { method: "POST", path, headers, body: { outcome: "passed" } });
    expect((await next).status).toBe(201);
    expect(broker.leased).toEqual(["lease-2"]);
  });

  it("gives back a space that came too late for it, unless it may ask for it again", async () => {
    for (const key of [undefined, "again"]) {
      let answer: () => void = () => undefined;
      const slow = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const { endpoint, broker, headers } = testEndpoint({
        reach: {
          async address(host, port) {
            await slow;
            return { host, port };
          },
        },
      });
      const leaving = dial(endpoint);
      const body = { space: "postgres", test: "T", key };
      ask(leaving, { ...acquire, headers, body }).catch(() => undefined);
      await eventually("it is leased", () => broker.leased.length === 1);
      leaving.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      answer();
      if (key === undefined) {
        await eventually("it is given back", () => broker.leased.length === 0);
        expect(broker.released).toMatchObject([{ outcome: "skipped" }]);
      } else {
        const repeated = await ask(dial(endpoint), { ...acquire, headers, body });
        expect(repeated.body.id).toBe("lease-1");
        expect(broker.leased).toEqual(["lease-1"]);
      }
    }
  });
});

describe("a session", () => {
  async function openSession(test: ReturnType<typeof testEndpoint>) {
    const asked = { method: "POST", path: "/v1/sessions", headers: test.headers };
    const { response, connection } = await askOpen(dial(test.endpoint), asked);
    const [line] = await once(response, "data");
    return { id: JSON.parse(String(line)).session as string, connection };
  }

  for (const [how, end] of [
    ["ends cleanly", (connection: { end(): void }) => connection.end()],
    ["breaks", (connection: { destroy(): void }) => connection.destroy()],
  ] as const)
    it(`ends its leases and nobody else's when its connection ${how}`, async () => {
      const test = testEndpoint();
      const { endpoint, broker, headers } = test;
      const [mine, other] = [await openSession(test), await openSession(test)];
      for (const session of [mine.id, other.id, undefined])
        await ask(dial(endpoint), { ...acquire, headers, body: { space: "postgres", test: "T", session } });
      end(mine.connection as never);
      await eventually("the session ends", () => broker.sessions.size === 1);
      expect(broker.leased).toEqual(["lease-2", "lease-3"]);
      expect((await broker.list())[0]).toMatchObject({ state: "kept", reason: "owner lost" });
    });

  it("that ends takes its waiting requests along", async () => {
    const test = testEndpoint({ broker: fakeBroker({ limit: 0 }) });
    const { id, connection } = await openSession(test);
    const body = { space: "postgres", test: "T", session: id };
    const waiting = ask(dial(test.endpoint), { ...acquire, headers: test.headers, body });
    await eventually("it waits", () => test.broker.waiting === 1);
    connection.destroy();
    expect((await waiting).body.code).toBe("SPACE_REQUEST_INVALID");
    expect(test.broker.waiting).toBe(0);
  });

  it("of another client, or that is over, is refused by its name", async () => {
    const broker = fakeBroker();
    const [mine, others] = [testEndpoint({ broker }), testEndpoint({ broker })];
    const { id } = await openSession(others);
    for (const session of [id, "session-9"]) {
      const body = { space: "postgres", test: "T", session };
      const answer = await ask(dial(mine.endpoint), { ...acquire, headers: mine.headers, body });
      expect(answer.status).toBe(400);
      expect(answer.body.message).toContain(`session: no client holds a session "${session}"`);
    }
  });
});

describe("what a suite sees", () => {
  async function twoSuites() {
    const broker = fakeBroker();
    const a = testEndpoint({ broker, caller: { run: "run-1", suite: "a" } });
    const b = testEndpoint({ broker, caller: { run: "run-1", suite: "b" } });
    const other = testEndpoint({ broker, caller: { run: "run-2", suite: "a" } });
    const admin = testEndpoint({ broker, caller: { run: "run-1", suite: "", admin: true } });
    for (const { endpoint, headers } of [a, b, other])
      await ask(dial(endpoint), { ...acquire, headers, body: { space: "postgres", test: "T" } });
    return { broker, a, b, other, admin };
  }
  const idsOf = (body: { spaces: { id: string }[] }) => body.spaces.map(({ id }) => id);

  it("is its own, the owner sees all", async () => {
    const { a, b, other, admin } = await twoSuites();
    const seen = await Promise.all(
      [a, b, other, admin].map(async ({ endpoint, headers }) =>
        idsOf((await ask(dial(endpoint), { method: "GET", path: "/v1/spaces", headers })).body),
      ),
    );
    expect(seen).toEqual([["lease-1"], ["lease-2"], ["lease-3"], ["lease-1", "lease-2", "lease-3"]]);
  });

  it("is all that it may touch", async () => {
    const { broker, a, admin } = await twoSuites();
    const requests = [
      { method: "GET", path: "/v1/spaces/lease-2" },
      { method: "DELETE", path: "/v1/spaces/lease-2" },
      { method: "POST", path: "/v1/spaces/lease-2/release", body: { outcome: "passed" } },
      { method: "POST", path: "/v1/spaces/lease-3/renew" },
      { method: "POST", path: "/v1/spaces/lease-3/keep", body: {} },
      { method: "GET", path: "/v1/spaces/lease-9" },
    ];
    for (const request of requests) {
      const answer = await ask(dial(a.endpoint), { ...request, headers: a.headers });
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe("SPACE_UNKNOWN");
    }
    expect(broker.leased).toEqual(["lease-1", "lease-2", "lease-3"]);
    for (const request of requests.slice(0, 5))
      expect((await ask(dial(admin.endpoint), { ...request, headers: admin.headers })).status).toBe(200);
  });

  it("is all that its figures count; the owner's count all, or what one suite had", async () => {
    const { broker, a, b, admin } = await twoSuites();
    await broker.release("lease-2", { outcome: "failed" });
    const statsOf = async ({ endpoint, headers }: typeof a, query = "") => {
      const { body } = await ask(dial(endpoint), { method: "GET", path: `/v1/stats${query}`, headers });
      const [{ leased, created, kept, states }] = body.spaces;
      return { leased, created, kept: kept.length, states };
    };
    expect(await statsOf(a)).toEqual({ leased: 1, created: 1, kept: 0, states: { leased: 1 } });
    expect(await statsOf(b)).toEqual({ leased: 1, created: 1, kept: 1, states: { kept: 1 } });
    // Only the owner may ask for another one's.
    expect(await statsOf(a, "?run=run-1&suite=b")).toEqual(await statsOf(a));
    expect(await statsOf(admin, "?run=run-1&suite=b")).toEqual(await statsOf(b));
    expect(await statsOf(admin)).toEqual({ leased: 3, created: 3, kept: 1, states: { leased: 2, kept: 1 } });
  });

  it("includes those of its other shards", async () => {
    const { broker, a } = await twoSuites();
    const shard = testEndpoint({ broker, caller: { run: "run-1", suite: "a" } });
    const asked = { method: "POST", path: "/v1/spaces/lease-1/release", headers: shard.headers };
    expect((await ask(dial(shard.endpoint), { ...asked, body: { outcome: "passed" } })).status).toBe(200);
    const again = { ...asked, headers: a.headers, body: { outcome: "passed" } };
    expect((await ask(dial(a.endpoint), again)).status).toBe(200);
    expect(broker.released).toHaveLength(1);
  });

  it("at the owner's socket are spaces for any suite, with addresses of the run's network", async () => {
    const { broker, admin } = await twoSuites();
    const holder = { run: "run-7", suite: "exec" };
    const body = { space: "postgres", test: "", holder };
    const given = await ask(dial(admin.endpoint), { ...acquire, headers: admin.headers, body });
    expect(given.body.made).toEqual({
      name: "st_test_4",
      port: 5432,
      values: { user: "st_test_4", password: "secret", name: "st_test_4" },
    });
    expect(broker.requests.at(-1)?.holder).toEqual({ ...holder, test: "", attempt: 1 });
  });
});

describe("closing an endpoint", () => {
  it("answers who waits, ends sessions and their leases, and breaks connections", async () => {
    const { endpoint, broker, headers } = testEndpoint({ broker: fakeBroker({ limit: 1 }) });
    const { response } = await askOpen(dial(endpoint), { method: "POST", path: "/v1/sessions", headers });
    const [line] = await once(response, "data");
    const { session } = JSON.parse(String(line));
    const body = { space: "postgres", test: "T" };
    await ask(dial(endpoint), { ...acquire, headers, body: { ...body, session } });
    const waiting = ask(dial(endpoint), { ...acquire, headers, body });
    await eventually("it waits", () => broker.waiting === 1);
    const idle = dial(endpoint);
    response.on("error", () => undefined).resume();
    idle.resume();
    const ended = Promise.all([
      new Promise((resolve) => response.once("close", resolve)),
      new Promise((resolve) => idle.once("end", resolve)),
    ]);
    await Promise.all([endpoint.close(), endpoint.close()]);
    expect(await waiting).toMatchObject({ status: 503, body: { code: "BROKER_CLOSED" } });
    expect([broker.leased, broker.sessions.size]).toEqual([[], 0]);
    await ended;
  });
});

it("a lease that nobody gives back lets go of its address after its time", async () => {
  const signals: AbortSignal[] = [];
  const { endpoint, headers } = testEndpoint({
    // The endpoint's clock is so far ahead that the lease is over at once.
    now: () => Date.now() + 3_600_000,
    reach: {
      async address(host, port, signal) {
        signals.push(signal);
        return await nameReach.address(host, port, signal);
      },
    },
  });
  await ask(dial(endpoint), { ...acquire, headers, body: { space: "postgres", test: "T", ttl: 1_000 } });
  await eventually("it lets go", () => signals[0]?.aborted === true);
});
