import { BSON, type Document } from "mongodb";

/** A failure that the server answers with. */
export class MongoRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface StoredUser {
  /** Another one for a user who was made again under the same name. */
  id: number;
  database: string;
  name: string;
  password: string;
  roles: { role: string; db: string }[];
  customData: Document;
}

interface Collection {
  type: string;
  options: Document;
  indexes: Document[];
  documents: Document[];
}

/** What a scripted MongoDB holds. */
export interface MongoStore {
  databases: Map<string, Map<string, Collection>>;
  users: Map<string, StoredUser>;
  profiles: Map<string, number>;
}

/** Carries out a command, as far as spaces need it, with the server's own codes of refusal. */
export function carryOut(store: MongoStore, command: Document): Document {
  const [name = ""] = Object.keys(command);
  const handle = COMMANDS[name];
  if (handle === undefined) throw new MongoRefusal(59, `no such command: '${name}'`);
  const database = String(command["$db"]);
  const { [name]: subject } = command;
  return handle({ store, command, database, subject: subject as string });
}

interface Call {
  store: MongoStore;
  command: Document;
  database: string;
  /** The command's own value, most often a collection's name. */
  subject: string;
}

const COMMANDS: Record<string, (call: Call) => Document> = {
  ping: () => ({}),
  endSessions: () => ({}),
  listDatabases: ({ store }) => ({
    databases: [...store.databases.keys(), "admin"].map((name) => ({ name })),
  }),
  listCollections: ({ store, database }) =>
    cursor(
      [...(store.databases.get(database) ?? [])].map(([name, { type, options }]) => ({
        name,
        type,
        options,
        info: { readOnly: false, uuid: new BSON.UUID() },
      })),
    ),
  listIndexes: (call) => cursor([{ v: 2, key: { _id: 1 }, name: "_id_" }, ...found(call).indexes]),
  create({ store, command, database, subject }) {
    const { create: _name, $db, lsid, ...options } = command;
    const collections = store.databases.get(database) ?? new Map<string, Collection>();
    if (collections.has(subject))
      throw new MongoRefusal(48, `collection ${database}.${subject} already exists`);
    const type =
      options["viewOn"] !== undefined
        ? "view"
        : options["timeseries"] !== undefined
          ? "timeseries"
          : "collection";
    store.databases.set(database, collections.set(subject, { type, options, indexes: [], documents: [] }));
    return {};
  },
  createIndexes(call) {
    const { indexes } = demanded(call);
    for (const index of call.command["indexes"] as Document[]) {
      if (index["key"] === undefined || index["name"] === undefined)
        throw new MongoRefusal(9, "an index lacks key or name");
      if (!indexes.some((each) => each["name"] === index["name"])) indexes.push({ v: 2, ...index });
    }
    return {};
  },
  insert(call) {
    const collection = demanded(call);
    const documents = call.command["documents"] as Document[];
    for (const document of documents) add(collection, document);
    return { n: documents.length };
  },
  find: (call) => cursor(found(call).documents),
  aggregate(call) {
    const [stage = {}] = call.command["pipeline"] as Document[];
    const { documents } = found(call);
    if (stage["$count"] !== undefined)
      return cursor(documents.length === 0 ? [] : [{ [stage["$count"]]: documents.length }]);
    const { into, whenMatched, whenNotMatched } = stage["$merge"];
    if (whenMatched !== "fail" || whenNotMatched !== "insert") throw new MongoRefusal(9, "not scripted");
    const target = demanded({ ...call, database: into.db, subject: into.coll });
    if (target.options["capped"] || target.type !== "collection")
      throw new MongoRefusal(51183, "cannot merge into that");
    for (const document of documents) add(target, document);
    return cursor([]);
  },
  delete(call) {
    const collection = found(call);
    const [{ q }] = call.command["deletes"];
    if (collection.options["capped"]) throw new MongoRefusal(20, "cannot remove from a capped collection");
    collection.documents =
      Object.keys(q).length === 0
        ? []
        : collection.documents.filter((each) => String(each["_id"]) !== String(q._id));
    return { n: 0 };
  },
  collMod(call) {
    const { collMod: _name, $db, lsid, ...options } = call.command;
    Object.assign(found(call).options, options);
    return {};
  },
  drop({ store, database, subject }) {
    store.databases.get(database)?.delete(subject);
    return {};
  },
  dropDatabase({ store, database }) {
    store.databases.delete(database);
    return {};
  },
  dbStats: ({ store, database }) => ({
    storageSize: 4096 * (store.databases.get(database)?.size ?? 0),
    indexSize: 1,
  }),
  profile({ store, database, command }) {
    const was = store.profiles.get(database) ?? 0;
    const level = Number(command["profile"]);
    if (level >= 0) store.profiles.set(database, level);
    return { was };
  },
  createUser({ store, database, subject, command }) {
    const key = `${database}.${subject}`;
    if (store.users.has(key)) throw new MongoRefusal(51003, `User "${subject}@${database}" already exists`);
    const { pwd: password, roles, customData = {} } = command;
    store.users.set(key, { id: Math.random(), database, name: subject, password, roles, customData });
    return {};
  },
  updateUser({ store, database, subject, command }) {
    const user = store.users.get(`${database}.${subject}`);
    if (user === undefined) throw new MongoRefusal(11, `User ${subject}@${database} not found`);
    const { roles = user.roles, customData = user.customData } = command;
    Object.assign(user, { roles, customData });
    return {};
  },
  usersInfo({ store, command }) {
    const { usersInfo } = command;
    const users = [...store.users.values()].filter(
      ({ name, database }) => usersInfo.forAllDBs || (name === usersInfo.user && database === usersInfo.db),
    );
    return { users: users.map(({ name, database }) => ({ user: name, db: database })) };
  },
  dropAllUsersFromDatabase({ store, database }) {
    for (const [key, user] of store.users) if (user.database === database) store.users.delete(key);
    return {};
  },
  killAllSessions({ store, command, database }) {
    if (database !== "admin")
      throw new MongoRefusal(13, "killAllSessions may only be run against the admin database.");
    for (const { user, db } of command["killAllSessions"]) {
      if (!store.users.has(`${db}.${user}`))
        throw new MongoRefusal(11, `Could not find user "${user}" for db "${db}"`);
    }
    return {};
  },
};

function found({ store, database, subject }: Call): Collection {
  const empty = { type: "collection", options: {}, indexes: [], documents: [] };
  return store.databases.get(database)?.get(subject) ?? empty;
}

/** A collection is made by the first who writes to it. */
function demanded(call: Call): Collection {
  if (store(call)?.has(call.subject) !== true)
    carryOut(call.store, { create: call.subject, $db: call.database });
  return found(call);
}

function store(call: Call): Map<string, Collection> | undefined {
  return call.store.databases.get(call.database);
}

function add(collection: Collection, document: Document): void {
  const id = BSON.EJSON.stringify(document["_id"]);
  if (collection.documents.some((each) => BSON.EJSON.stringify(each["_id"]) === id)) {
    throw new MongoRefusal(11000, `E11000 duplicate key error: ${id}`);
  }
  collection.documents.push(document);
}

function cursor(firstBatch: Document[]): Document {
  return { cursor: { id: BSON.Long.ZERO, ns: "any.any", firstBatch } };
}
