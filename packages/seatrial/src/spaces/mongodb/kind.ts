import { randomBytes } from "node:crypto";
import { isToolError } from "../../support/error.ts";
import type { MadeSpace, MakerOptions, SpaceKindDriver, SpaceMaker } from "../maker.ts";
import { clientOf, valuesAt, variablesOf } from "./address.ts";
import { describeCollections } from "./collections.ts";
import { findLogin } from "./login.ts";
import { connectMongo, type Mongo } from "./mongo.ts";
import { dropDatabase, fillSpace, isAsTemplate, type Template } from "./space.ts";
import { buildTemplate } from "./template.ts";
import { createUser, labelUser, shutOut } from "./users.ts";

const CLOSE_MS = 15_000;
/** A template with more documents than this is copied sooner than it is put back. */
const MOST_DOCUMENTS = 5_000;

/** MongoDB: a space is a database, with a user of its own where the server has accounts. */
export const mongodbKind: SpaceKindDriver = {
  kind: "mongodb",
  open: openMaker,
  values: valuesAt,
  env: variablesOf,
  client: clientOf,
};

async function openMaker(options: MakerOptions): Promise<SpaceMaker> {
  const { server, plan, signal } = options;
  const login = await findLogin(server, signal);
  const mongo = await connectMongo({ server, login, signal });
  const hasUsers = login !== undefined;
  const spaceOf = (name: string, password: string): MadeSpace => ({
    name,
    port: server.port,
    values: hasUsers ? { user: name, password, name } : { name },
  });
  const template = await openTemplate(mongo, () =>
    buildTemplate({ ...options, mongo, login, spaceOf, password: newPassword() }),
  );
  const expected = describeCollections(template.collections);
  const isResettable = plan.reuse !== "recreate" && hasUsers && canReset(template);

  return {
    async make(name, callSignal) {
      const password = newPassword();
      const own = { name, doing: `making the database ${name}`, signal: callSignal };
      if (hasUsers) await createUser(mongo, password, own);
      await fillSpace(mongo, template, own);
      return spaceOf(name, password);
    },
    async reset(space, callSignal) {
      const { name } = space;
      if (!isResettable) return false;
      const own = { name, doing: `putting back the database ${name}`, signal: callSignal };
      try {
        await shutOut(mongo, own);
        if (!(await isAsTemplate(mongo, expected, own))) return false;
        await fillSpace(mongo, template, { ...own, again: true });
        // Another one: a pool of connections that a test forgot cannot come back.
        const password = newPassword();
        await createUser(mongo, password, own);
        space.values["password"] = password;
        return true;
      } catch (error) {
        // What the server refuses here, a test has made so.
        if (isToolError(error, "SPACE_NOT_MADE")) return false;
        throw error;
      }
    },
    drop: (name, callSignal) =>
      dropDatabase(mongo, { name, doing: `dropping the database ${name}`, hasUsers, signal: callSignal }),
    async list(prefix, callSignal) {
      const place = { database: "admin", doing: "listing databases", signal: callSignal };
      const { databases = [] } = await mongo.run({ listDatabases: 1, nameOnly: true }, place);
      const { users = [] } = hasUsers ? await mongo.run({ usersInfo: { forAllDBs: true } }, place) : {};
      const names = [
        ...databases.map(({ name }: { name: string }) => name),
        ...users.map(({ db }: { db: string }) => db),
      ];
      return [...new Set<string>(names.filter((name: string) => name.startsWith(prefix)))].sort();
    },
    async label(name, text, callSignal) {
      callSignal.throwIfAborted();
      const own = { name, doing: `labelling the database ${name}`, signal: callSignal };
      if (hasUsers) await labelUser(mongo, text, own);
    },
    async size({ name }, callSignal) {
      const place = { database: name, doing: `measuring the database ${name}`, signal: callSignal };
      const { storageSize = 0, indexSize = 0 } = await mongo.run({ dbStats: 1 }, place);
      return Number(storageSize) + Number(indexSize);
    },
    async [Symbol.asyncDispose]() {
      const { database: name } = template;
      const doing = `dropping the template ${name}`;
      try {
        if (name !== "")
          await dropDatabase(mongo, { name, doing, hasUsers, signal: AbortSignal.timeout(CLOSE_MS) });
      } catch (error) {
        // With the server went what was in it.
        if (!isToolError(error, "SPACE_SERVER_LOST")) throw error;
      } finally {
        await mongo[Symbol.asyncDispose]();
      }
    },
  };
}

async function openTemplate(mongo: Mongo, build: () => Promise<Template>): Promise<Template> {
  try {
    return await build();
  } catch (error) {
    await mongo[Symbol.asyncDispose]();
    throw error;
  }
}

/** Capped collections and time series cannot be emptied; a database without collections never looks the same after a test. */
function canReset({ collections, documentCount }: Template): boolean {
  const isSimple = collections.every(({ kind }) => kind === "plain" || kind === "view");
  return isSimple && collections.length > 0 && documentCount <= MOST_DOCUMENTS;
}

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}
