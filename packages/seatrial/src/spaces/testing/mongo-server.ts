import type { Duplex } from "node:stream";
import { BSON, type Document, MongoClient } from "mongodb";
import { memoryDuplexPair } from "../../agent/testing/index.ts";
import { forwardSocket } from "../forward-socket.ts";
import type { MadeSpace, SpaceServer } from "../maker.ts";
import { beginScram, type ScramExchange } from "./mongo-scram.ts";
import { carryOut, MongoRefusal, type MongoStore, type StoredUser } from "./mongo-store.ts";
import { serveMongoWire } from "./mongo-wire.ts";

const ROOT = { user: "root", password: "s3cret'/@" };

export interface MongoServer {
  server: SpaceServer;
  store: MongoStore;
  /** Every command but those of connections themselves, in order of arrival. */
  commands: Document[];
  /** Ends every connection to it. */
  endConnections(): void;
}

/** A scripted MongoDB in memory, behind its real protocol. With accounts, `root` is one. */
export function startMongoServer(options: { accounts: boolean }): MongoServer {
  const store: MongoStore = { databases: new Map(), users: new Map(), profiles: new Map() };
  const commands: Document[] = [];
  const connections = new Set<Duplex>();
  if (options.accounts) {
    const roles = [{ role: "root", db: "admin" }];
    carryOut(store, { createUser: ROOT.user, pwd: ROOT.password, roles, $db: "admin" });
  }
  const server: SpaceServer = {
    service: "mongo",
    port: 27017,
    admin: {},
    env: options.accounts
      ? { MONGO_INITDB_ROOT_USERNAME: ROOT.user, MONGO_INITDB_ROOT_PASSWORD: ROOT.password }
      : {},
    async dial(_port, signal) {
      signal.throwIfAborted();
      const [near, far] = memoryDuplexPair();
      connections.add(far);
      const talk = createTalk({ store, accounts: options.accounts, commands });
      serveMongoWire(far, talk);
      return near;
    },
    run: () => Promise.reject(new Error("nothing runs here")),
    readFile: async () => undefined,
    writeFile: () => Promise.reject(new Error("nothing is written here")),
  };
  return {
    server,
    store,
    commands,
    endConnections() {
      for (const connection of connections) connection.destroy();
    },
  };
}

const OF_CONNECTIONS = ["hello", "ismaster", "isMaster", "saslStart", "saslContinue", "endSessions", "ping"];
const OF_USERS =
  /^(listCollections|listIndexes|create|createIndexes|insert|find|aggregate|delete|collMod|drop|dropDatabase|dbStats|profile)$/;

/** What one connection answers: who is logged in there counts. */
function createTalk(options: { store: MongoStore; accounts: boolean; commands: Document[] }) {
  const { store } = options;
  let login: ScramExchange | undefined;
  let user: StoredUser | undefined;

  function answer(command: Document): Document {
    const [name = ""] = Object.keys(command);
    if (/^(hello|ismaster)$/i.test(name)) {
      return {
        helloOk: true,
        isWritablePrimary: true,
        ismaster: true,
        maxWireVersion: 21,
        minWireVersion: 0,
        maxBsonObjectSize: 16_777_216,
        maxMessageSizeBytes: 48_000_000,
        maxWriteBatchSize: 100_000,
        logicalSessionTimeoutMinutes: 30,
        saslSupportedMechs: ["SCRAM-SHA-256"],
      };
    }
    if (name === "saslStart") {
      login = beginScram(textOf(command["payload"]));
      return { conversationId: 1, done: false, payload: bytesOf(login.first) };
    }
    if (name === "saslContinue") {
      const known = store.users.get(`${command["$db"]}.${login?.user}`);
      const last = known && login?.finish(textOf(command["payload"]), known.password);
      if (last === undefined) throw new MongoRefusal(18, "Authentication failed.");
      user = known;
      return { conversationId: 1, done: true, payload: bytesOf(last) };
    }
    if (!OF_CONNECTIONS.includes(name)) {
      options.commands.push(command);
      if (options.accounts) checkRights(name, String(command["$db"]));
    }
    return carryOut(store, command);
  }

  function checkRights(name: string, database: string): void {
    const isSame = user !== undefined && store.users.get(`${user.database}.${user.name}`)?.id === user.id;
    const roles = isSame ? (user?.roles ?? []) : [];
    const isAllowed = roles.some(
      ({ role, db }) => role === "root" || (db === database && OF_USERS.test(name)),
    );
    if (!isAllowed) throw new MongoRefusal(13, `not authorized on ${database} to execute command ${name}`);
  }

  return (command: Document): Document => {
    try {
      return { ...answer(command), ok: 1 };
    } catch (error) {
      if (!(error instanceof MongoRefusal)) throw error;
      return { ok: 0, code: error.code, errmsg: error.message, codeName: "Scripted" };
    }
  };
}

function textOf(payload: { buffer: Uint8Array; position: number }): string {
  return Buffer.from(payload.buffer).subarray(0, payload.position).toString();
}

function bytesOf(text: string) {
  return new BSON.Binary(Buffer.from(text));
}

/** A client as a test has one, logged in with the space's own values. */
export async function connectClient(server: SpaceServer, space: MadeSpace) {
  const { user, password = "", name = "" } = space.values;
  const socket = await forwardSocket({ server, port: server.port, signal: AbortSignal.timeout(5_000) });
  const auth = user === undefined ? {} : { auth: { username: user, password }, authSource: name };
  const client = new MongoClient(`mongodb://${encodeURIComponent(socket.path)}/`, {
    directConnection: true,
    ...auth,
  });
  const close = async () => {
    await client.close();
    await socket[Symbol.asyncDispose]();
  };
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return { database: client.db(name), [Symbol.asyncDispose]: close };
}
