import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TemplatePlan } from "../../model/index.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions, OutsideStep, SpaceServer } from "../maker.ts";
import { mongoPlan, seedApp } from "../testing/mongo-plan.ts";
import { connectClient, type MongoServer, startMongoServer } from "../testing/mongo-server.ts";
import { carryOut } from "../testing/mongo-store.ts";
import { mongodbKind } from "./index.ts";

const signal = new AbortController().signal;
let folder = "";
let mongo: MongoServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-mongo-"));
  mongo = startMongoServer({ accounts: true });
  seedApp(mongo.store);
});
afterEach(() => rm(folder, { recursive: true }));

async function open(template: TemplatePlan, changes: Partial<MakerOptions> = {}) {
  return await mongodbKind.open({
    plan: mongoPlan(template),
    server: mongo.server,
    prefix: "st_1_t0_",
    runStep: async () => undefined,
    onNote: () => undefined,
    signal,
    ...changes,
  });
}

async function file(name: string, text: string): Promise<TemplatePlan["steps"][number]> {
  await writeFile(path.join(folder, name), text);
  return { kind: "files", files: [path.join(folder, name)] };
}

const named = (store = mongo.store) => [...store.databases.keys()].sort();
const fromApp: TemplatePlan = { from: "app", steps: [] };

describe("a space in MongoDB", () => {
  it("has the template's collections with options, indexes, documents and views", async () => {
    await using maker = await open(fromApp);
    const { name } = await maker.make("st_1_1", signal);
    const told = (database: string) =>
      [...(mongo.store.databases.get(database) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(JSON.stringify(told(name))).toBe(JSON.stringify(told("app")));
    expect(mongo.commands.filter((command) => "insert" in command && command["$db"] === name)).toEqual([]);
  });

  it("is put back by deleting documents and copying them again", async () => {
    await using maker = await open(fromApp);
    const space = await maker.make("st_1_1", signal);
    const before = { ...space, values: { ...space.values } };
    {
      await using client = await connectClient(mongo.server, space);
      await client.database.collection("customers").deleteMany({});
      await client.database.collection("orders").insertOne({ total: 1 });
    }
    mongo.commands.splice(0);
    expect(await maker.reset(space, signal)).toBe(true);
    const done = mongo.commands.map((command) => Object.keys(command)[0]);
    expect(done).not.toContain("dropDatabase");
    expect(done.filter((name) => name === "delete")).toHaveLength(2);
    // Whoever is still logged in has lost all rights before anything is deleted.
    expect(done.indexOf("dropAllUsersFromDatabase")).toBeLessThan(done.indexOf("delete"));
    // What knew the former password stays outside.
    await expect(connectClient(mongo.server, before)).rejects.toThrow(/Authentication failed/);
    await using client = await connectClient(mongo.server, space);
    expect(await client.database.collection("customers").find().toArray()).toHaveLength(2);
  });

  const CHANGES: Record<string, object> = {
    "a new collection": { create: "more" },
    "a new index": { createIndexes: "orders", indexes: [{ key: { at: 1 }, name: "at_1" }] },
    "another validator": { collMod: "customers", validator: {} },
    "a dropped collection": { drop: "orders" },
    "the profiler": { profile: 2 },
  };
  for (const [what, command] of Object.entries(CHANGES)) {
    it(`is not put back after ${what}`, async () => {
      await using maker = await open(fromApp);
      const space = await maker.make("st_1_1", signal);
      carryOut(mongo.store, { ...command, $db: space.name });
      expect(await maker.reset(space, signal)).toBe(false);
    });
  }

  it("with capped collections or time series is filled by inserting, and not put back", async () => {
    const run = (command: object) => carryOut(mongo.store, { ...command, $db: "app" });
    run({ create: "recent", capped: true, size: 4096 });
    run({ insert: "recent", documents: [{ _id: 1 }, { _id: 2 }] });
    run({ create: "weather", timeseries: { timeField: "at" } });
    run({ insert: "weather", documents: [{ _id: 1, at: new Date(0) }] });
    await using maker = await open(fromApp);
    const space = await maker.make("st_1_1", signal);
    expect(mongo.store.databases.get(space.name)?.get("recent")?.documents).toHaveLength(2);
    expect(mongo.store.databases.get(space.name)?.get("weather")?.documents).toHaveLength(1);
    expect(await maker.reset(space, signal)).toBe(false);
  });

  it("of a server without accounts is a database alone, and never put back", async () => {
    mongo = startMongoServer({ accounts: false });
    seedApp(mongo.store);
    await using maker = await open(fromApp);
    const space = await maker.make("st_1_1", signal);
    expect(space.values).toEqual({ name: "st_1_1" });
    expect(mongodbKind.values(space, { host: "::1", port: 1 })["url"]).toBe(
      "mongodb://[::1]:1/st_1_1?directConnection=true",
    );
    await maker.label(space.name, "x", signal);
    expect(await maker.reset(space, signal)).toBe(false);
    await maker.drop(space.name, signal);
    expect(await maker.list("st_1_", signal)).toEqual(["st_1_t0_template"]);
  });

  it("can neither read another one's documents nor make users", async () => {
    await using maker = await open(fromApp);
    const [own, other] = [await maker.make("st_1_1", signal), await maker.make("st_1_2", signal)];
    await using client = await connectClient(mongo.server, own);
    const reads = client.database.collection("orders").findOne();
    expect(await reads).toBeNull();
    const stranger = { ...own, values: { ...own.values, name: other.name } };
    await expect(connectClient(mongo.server, stranger)).rejects.toThrow(/Authentication failed/);
    await expect(client.database.command({ createUser: "me", pwd: "x", roles: [] })).rejects.toThrow(
      /not authorized/,
    );
  });

  it("has its label beside its user", async () => {
    await using maker = await open({ steps: [] });
    await maker.make("st_1_1", signal);
    await maker.label("st_1_1", "$ne: {}", signal);
    expect(mongo.store.users.get("st_1_1.st_1_1")?.customData).toEqual({ label: "$ne: {}" });
  });
});

describe("a template in MongoDB", () => {
  it("takes documents of JSON files, with the types that they say", async () => {
    const list = await file("people.json", '[{"_id": 1, "big": {"$numberLong": "9"}}, {"_id": 2}]');
    const lines = await file(
      "events.json",
      '{"_id": {"$oid": "507f1f77bcf86cd799439011"}}\n\n{"at": {"$date": "2020-01-01T00:00:00Z"}}\n',
    );
    await using maker = await open({ steps: [list, lines] });
    const { name } = await maker.make("st_1_1", signal);
    const database = mongo.store.databases.get(name);
    expect(database?.get("people")?.documents[0]?.["big"]?._bsontype).toBe("Long");
    expect(database?.get("events")?.documents).toHaveLength(2);
  });

  it("runs scripts with the image's shell, whose password nobody sees, and says what that said", async () => {
    const written: { path: string; content: string; mode: number }[] = [];
    const argvs: string[][] = [];
    const server: SpaceServer = {
      ...mongo.server,
      writeFile: async (put) => void written.push(put),
      async run({ argv }) {
        argvs.push(argv);
        return {
          pid: 1,
          output: (async function* () {
            yield { stream: "stdout" as const, data: Buffer.from("TypeError: wrong\n") };
          })(),
          exit: Promise.resolve({
            code: 1,
            signal: null,
            outOfMemory: false,
            duration: 1,
            maxMemoryBytes: 1,
            cpu: 1,
          }),
          write: async () => undefined,
          endInput: async () => undefined,
          signal: async () => undefined,
          resize: async () => undefined,
        };
      },
    };
    const error = await open({ steps: [await file("x.js", "db.x.insertOne({})")] }, { server }).catch(
      (thrown) => thrown,
    );
    await expect(Promise.reject(error)).toThrowWithCode("TEMPLATE_FAILED");
    expect(error.lastLines).toEqual(["TypeError: wrong"]);
    expect(written[0]?.content).toMatch(
      /^db = connect\("mongodb:\/\/root:s3cret.*st_1_t0_template.*"\);\ndb\.x/,
    );
    expect(written).toMatchObject([{ mode: 0o600 }, { content: "" }]);
    expect(argvs.flat().join(" ")).not.toContain("s3cret");
  });

  it("is built by steps elsewhere, with an account that ends with them", async () => {
    let given: OutsideStep | undefined;
    const step = { kind: "service", service: "seed", variable: "URL" } as const;
    const runStep = async (outside: OutsideStep) => {
      given = outside;
      const space = { name: "x", port: 27017, values: outside.values };
      await using client = await connectClient(mongo.server, space);
      await client.database.collection("seeded").insertOne({ of: "seed" });
    };
    await using maker = await open({ steps: [step] }, { runStep });
    expect(given?.values["url"]).toMatch(
      /^mongodb:\/\/st_1_t0_template:.*@mongo:27017\/st_1_t0_template\?authSource=/,
    );
    expect([...mongo.store.users.keys()]).toEqual(["admin.root"]);
    const { name } = await maker.make("st_1_1", signal);
    expect(mongo.store.databases.get(name)?.get("seeded")?.documents).toHaveLength(1);
  });

  it("fails clearly and leaves nothing", async () => {
    const steps = [
      await file("bad.json", "{"),
      await file("twice.json", '[{"_id": 1}, {"_id": 1}]'),
      await file("other.yaml", ""),
      { kind: "files" as const, files: ["/no/such.json"] },
    ];
    for (const step of steps) await expect(open({ steps: [step] })).toThrowWithCode("TEMPLATE_FAILED");
    await expect(open({ from: "nowhere", steps: [] })).toThrowWithCode("TEMPLATE_FAILED");
    expect(named()).toEqual(["app"]);
    expect([...mongo.store.users.keys()]).toEqual(["admin.root"]);
  });
});

describe("a MongoDB", () => {
  it("whose account is not known or wrong is a clear error", async () => {
    const env = { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: "wrong" };
    await expect(open(fromApp, { server: { ...mongo.server, env } })).toThrowWithCode("SPACE_NOT_MADE");
    await expect(open(fromApp, { server: { ...mongo.server, env: {} } })).toThrowWithCode("SPACE_NOT_MADE");
  });

  it("has its account from a file of its container, or from what the service's settings say", async () => {
    const { MONGO_INITDB_ROOT_PASSWORD: password = "" } = mongo.server.env;
    const env = { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD_FILE: "/run/secret" };
    const readFile = async (place: string) => (place === "/run/secret" ? `${password}\n` : undefined);
    await using _first = await open(fromApp, { server: { ...mongo.server, env, readFile } });
    const admin = { user: "root", password };
    await using _second = await open(fromApp, { server: { ...mongo.server, env: {}, admin } });
  });

  it("that is gone is told from one that refuses", async () => {
    let isGone = false;
    const gone = spaceError({ code: "SPACE_SERVER_LOST", message: "the container has ended" });
    const dial: SpaceServer["dial"] = (port, dialling) =>
      isGone ? Promise.reject(gone) : mongo.server.dial(port, dialling);
    const maker = await open(fromApp, { server: { ...mongo.server, dial } });
    await maker.make("st_1_1", signal);
    mongo.endConnections();
    isGone = true;
    await expect(maker.make("st_1_2", signal)).toThrowWithCode("SPACE_SERVER_LOST");
    await maker[Symbol.asyncDispose]();
  }, 30_000);
});
