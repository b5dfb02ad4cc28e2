import { randomBytes } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { createHttpClient } from "../http-client.ts";
import type { MadeSpace, MakerOptions, SpaceMaker } from "../maker.ts";
import { describeKind } from "../testing/contract.ts";
import { type DockerServer, startDockerServer } from "../testing/docker-server.ts";
import { definitionsIn, fingerprintOf } from "./definitions.ts";
import { rabbitmqKind } from "./index.ts";
import type { AmqpClient } from "./testing/amqp.ts";
import { connectTo, makerOptions } from "./testing/subject.ts";

const signal = new AbortController().signal;
const prefix = `st_${randomBytes(4).toString("hex")}_`;
const DEFINITIONS = {
  rabbit_version: "4.0.5",
  users: [{ name: "root", password_hash: "x", tags: "administrator" }],
  vhosts: [{ name: "/" }],
  queues: [
    {
      name: "orders",
      vhost: "/",
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": "classic" },
    },
    {
      name: "mails/ü",
      vhost: "/",
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": "quorum" },
    },
  ],
  exchanges: [
    {
      name: "shop",
      vhost: "/",
      type: "topic",
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  bindings: [
    {
      source: "shop",
      vhost: "/",
      destination: "orders",
      destination_type: "queue",
      routing_key: "order.#",
      arguments: {},
    },
  ],
  policies: [
    {
      name: "short",
      vhost: "/",
      pattern: ".*",
      "apply-to": "queues",
      priority: 0,
      definition: { "max-length": 5 },
    },
  ],
};

interface Subject extends AsyncDisposable {
  real: DockerServer;
  open(
    changes?: Partial<Omit<MakerOptions, "plan">> & { plan?: Partial<MakerOptions["plan"]> },
  ): Promise<SpaceMaker>;
  /** A path of the management API, as the administrator. */
  ask(path: string, as?: { user: string; password: string }): Promise<unknown>;
  templateFile: string;
}

async function start(files: Record<string, string> = {}): Promise<Subject> {
  const folder = await createFolder({ "definitions.json": JSON.stringify(DEFINITIONS) });
  const real = await startDockerServer({ owner: "rabbit-mq", image: "rabbitmq:4", port: 5672, files });
  const http = createHttpClient({ server: real.server, port: 15672 });
  return {
    real,
    open: (changes) => rabbitmqKind.open(makerOptions(real.server, { prefix: `${prefix}t9_`, ...changes })),
    async ask(at, { user, password } = { user: "guest", password: "guest" }) {
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
      const { status, body } = await http.send(
        { method: "GET", path: at, headers: { authorization } },
        signal,
      );
      return status === 200 ? JSON.parse(body.toString()) : status;
    },
    templateFile: path.join(folder.path, "definitions.json"),
    async [Symbol.asyncDispose]() {
      http[Symbol.dispose]();
      await real[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function fingerprint({ real, ask }: Subject, space: MadeSpace): Promise<string> {
  const at = encodeURIComponent(space.name);
  const definitions = definitionsIn(await ask(`/api/definitions/${at}`));
  const queues = (await ask(`/api/queues/${at}?columns=name`)) as { name: string }[];
  await using client = await connectTo(real.server, space);
  const counts: string[] = [];
  for (const { name } of queues) counts.push(`${name}: ${await client.count(name)}`);
  return `${fingerprintOf(definitions)}\n${counts.sort().join("\n")}`;
}

const change =
  (work: (client: AmqpClient) => Promise<void>) =>
  ({ real }: Subject) =>
  async (space: MadeSpace) => {
    await using client = await connectTo(real.server, space);
    await work(client);
  };

const CHANGES = {
  "an exchange of its own, bound": change(async (client) => {
    await client.declareExchange("mine", "fanout");
    await client.declareQueue("private");
    await client.bindQueue("private", "mine", "");
    await client.publish("mine", "", "one");
  }),
  "a template's queue deleted": change((client) => client.deleteQueue("orders")),
  "a template's queue deleted and another made of its name": change(async (client) => {
    await client.deleteQueue("orders");
    await client.declareQueue("orders", { type: "quorum" });
  }),
  "a binding more": change((client) => client.bindQueue("mails/ü", "shop", "mail.*")),
  "an exclusive queue": change((client) => client.declareQueue("only mine", { exclusive: true })),
  "messages in every queue": change(async (client) => {
    for (const queue of ["orders", "mails/ü"]) await client.publish("", queue, "x".repeat(10_000));
  }),
};

describeKind({
  name: "rabbitmq",
  async open() {
    const subject = await start();
    return {
      driver: rabbitmqKind,
      openMaker: (own, opening) =>
        subject.open({
          prefix: own,
          signal: opening,
          plan: { template: { steps: [{ kind: "files", files: [subject.templateFile] }] } },
        }),
      connect: (space) => connectTo(subject.real.server, space),
      fingerprint: (space) => fingerprint(subject, space),
      dirty: change((client) => client.publish("shop", "order.new", "1"))(subject),
      dirtier: Object.fromEntries(Object.entries(CHANGES).map(([how, work]) => [how, work(subject)])),
      [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
    };
  },
});

describe("vhosts of a RabbitMQ that was told nothing", () => {
  let subject: Subject;
  let maker: SpaceMaker;
  let count = 0;
  const notes: string[] = [];
  const make = () => maker.make(`${prefix}${++count}`, signal);
  const connect = (space: MadeSpace) => connectTo(subject.real.server, space);

  beforeAll(async () => {
    // As RabbitMQ is outside of the official image: its first user may come from loopback only.
    subject = await start({ "/etc/rabbitmq/conf.d/10-defaults.conf": "loopback_users.guest = true\n" });
    maker = await subject.open({ onNote: (note) => void notes.push(note) });
  }, 180_000);

  afterAll(async () => {
    await maker[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  test("begin with enabling its management plugin, which is said and done once", async () => {
    expect(notes.join()).toContain("management plugin");
    notes.length = 0;
    await using _again = await subject.open({ onNote: (note) => void notes.push(note) });
    expect(notes).toEqual([]);
  });

  test("begin empty, and carry messages over AMQP", async () => {
    const space = await make();
    await using client = await connect(space);
    await client.declareQueue("q");
    await client.publish("", "q", "hello");
    expect(await client.get("q")).toBe("hello");
    expect(await client.get("q")).toBeUndefined();
  });

  test("are closed to the users of others, over AMQP and over HTTP", async () => {
    const [one, other] = [await make(), await make()];
    await expect(connect({ ...one, values: { ...one.values, vhost: other.name } })).rejects.toThrow(
      /access to vhost/,
    );
    await expect(connect({ ...one, values: { ...one.values, vhost: "/" } })).rejects.toThrow(
      /access to vhost/,
    );
    await expect(connect({ ...one, values: { ...one.values, password: "no" } })).rejects.toThrow(
      /reset|ended|refused/,
    );
    const account = { user: one.name, password: one.values["password"] ?? "" };
    const vhosts = (await subject.ask("/api/vhosts", account)) as { name: string }[];
    expect(vhosts.map(({ name }) => name)).toEqual([one.name]);
    expect(await subject.ask(`/api/queues/${one.name}`, account)).toEqual([]);
    for (const path of [
      `/api/queues/${other.name}`,
      "/api/users",
      `/api/definitions/${one.name}`,
      `/api/users/${one.name}`,
    ]) {
      expect([path, await subject.ask(path, account)]).toEqual([path, 401]);
    }
  });

  test("are put back when nobody is connected, with a password that keeps earlier clients out", async () => {
    const space = await make();
    const client = await connect(space);
    await client.declareQueue("q");
    expect(await maker.reset(space, signal)).toBe(false);
    await client[Symbol.asyncDispose]();
    await expect.poll(() => subject.ask(`/api/connections/username/${space.name}`)).toEqual([]);
    const before = structuredClone(space);
    expect(await maker.reset(space, signal)).toBe(true);
    expect(before.values["password"]).not.toBe(space.values["password"]);
    await expect(connect(before)).rejects.toThrow(/reset|ended|refused/);
    expect(
      await subject.ask("/api/whoami", { user: before.name, password: before.values["password"] ?? "" }),
    ).toBe(401);
    await using again = await connect(space);
    await expect(again.count("q")).rejects.toThrow(/NOT_FOUND/);
  });

  test("are not put back when that was not asked for", async () => {
    await using plain = await subject.open({ plan: { reuse: "recreate" } });
    const space = await make();
    expect(await plain.reset(space, signal)).toBe(false);
  });

  test("say whose they are in their description", async () => {
    const space = await make();
    await maker.label(space.name, "orders: TestCheckout", signal);
    expect(await subject.ask(`/api/vhosts/${space.name}`)).toMatchObject({
      description: "orders: TestCheckout",
    });
  });

  test("are listed half-made too: a user whose vhost is gone", async () => {
    const space = await make();
    const admin = `Basic ${Buffer.from("guest:guest").toString("base64")}`;
    using http = createHttpClient({ server: subject.real.server, port: 15672 });
    const path = `/api/vhosts/${space.name}`;
    expect(
      (await http.send({ method: "DELETE", path, headers: { authorization: admin } }, signal)).status,
    ).toBe(204);
    expect(await maker.list(space.name, signal)).toEqual([space.name]);
    await maker.drop(space.name, signal);
    expect(await maker.list(space.name, signal)).toEqual([]);
  });

  test("can be looked at with a client of the container", async () => {
    const space = await make();
    await using connection = await connect(space);
    await connection.declareQueue("visible");
    const values = rabbitmqKind.values(space, { host: "127.0.0.1", port: 5672 });
    const running = await subject.real.server.run(
      { ...rabbitmqKind.client(values), mergeOutput: true },
      signal,
    );
    let said = "";
    for await (const { data } of running.output) said += data;
    expect(await running.exit).toMatchObject({ code: 0 });
    expect(said).toMatch(/^\[\{.*"name":"visible".*"type":"classic"/m);
  });

  test("are copied from a vhost and changed by steps, each of which finds what came before", async () => {
    const source = await make();
    await using client = await connect(source);
    await client.declareQueue("from the source");
    const seen: string[] = [];
    await using copying = await subject.open({
      plan: {
        template: {
          from: source.name,
          steps: [
            { kind: "files", files: [subject.templateFile] },
            { kind: "command", target: "app", argv: ["declare"], env: {}, variable: "AMQP_URL" },
          ],
        },
      },
      async runStep({ values, env }) {
        expect(values).toMatchObject({ host: "rabbit-mq", port: "5672", url: env["AMQP_URL"] });
        const { user = "", password = "", vhost = "", name = "" } = values;
        const space = { name, port: 5672, values: { user, password, vhost } };
        await using step = await connect(space);
        for (const queue of ["from the source", "orders"]) seen.push(`${queue}: ${await step.count(queue)}`);
        await step.declareQueue("from a step");
        expect(await subject.ask(`/api/policies/${vhost}`, { user, password })).toMatchObject([
          { name: "short" },
        ]);
      },
    });
    expect(seen).toEqual(["from the source: 0", "orders: 0"]);
    const space = await copying.make(`${prefix}${++count}`, signal);
    await using copy = await connect(space);
    for (const queue of ["from the source", "orders", "from a step"]) expect(await copy.count(queue)).toBe(0);
    expect(await maker.list(`${prefix}t9_`, signal)).toEqual([]);
  });

  test("are not begun with a template that the server does not take, and nothing is left of the attempt", async () => {
    const wrong = { queues: [{ name: "q", durable: true, arguments: { "x-max-length": "many" } }] };
    await using folder = await createFolder({ "wrong.json": JSON.stringify(wrong) });
    const files = [path.join(folder.path, "wrong.json")];
    const opening = subject.open({ plan: { template: { steps: [{ kind: "files", files }] } } });
    await expect(opening).rejects.toThrow(/wrong\.json.*x-max-length/s);
    await expect(opening).toThrowWithCode("TEMPLATE_FAILED");
    await expect(subject.open({ plan: { template: { from: "nowhere", steps: [] } } })).toThrowWithCode(
      "TEMPLATE_FAILED",
    );
    expect(await maker.list(`${prefix}t9_`, signal)).toEqual([]);
  });
});
