import { randomBytes } from "node:crypto";
import type { SpaceValues } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import type { MadeSpace, MakerOptions, SpaceKindDriver, SpaceMaker } from "../maker.ts";
import { clientOf, valuesAt, variablesOf } from "./address.ts";
import { findAdmin } from "./admin.ts";
import { dropDatabase, listDatabases } from "./drop.ts";
import { labelStatements } from "./label.ts";
import { type Look, lookAt } from "./look.ts";
import { makeDatabase } from "./make.ts";
import { literal } from "./quote.ts";
import { canReset, resetDatabase } from "./reset.ts";
import { createSessions } from "./sessions.ts";
import { asTemplateFailure, buildTemplate } from "./template.ts";

const CLOSE_MS = 15_000;

/** MySQL, MariaDB and Percona Server: a space is a database and a user who may do everything in it. */
export const mysqlKind: SpaceKindDriver = {
  kind: "mysql",
  open: openMaker,
  values: valuesAt,
  env: variablesOf,
  client: clientOf,
};

async function openMaker(options: MakerOptions): Promise<SpaceMaker> {
  const { server, plan, signal } = options;
  const admin = await findAdmin(server, signal);
  const { flavour } = admin;
  const sessions = createSessions({ server, login: admin.login, setup: flavour.setup });
  const spaceValues = (name: string, password: string): SpaceValues => ({
    user: name,
    password,
    name,
    server: flavour.kind,
    client: flavour.client,
  });
  const template = await buildTemplate({
    ...options,
    admin,
    sessions,
    spaceValues,
    password: newPassword(),
  }).catch(async (error: unknown) => {
    await sessions[Symbol.asyncDispose]();
    throw asTemplateFailure(error, options);
  });
  const { recipe, database: source = "" } = template;
  const isResettable = plan.reuse !== "recreate" && canReset(recipe);
  /** How a new one looks, seen once. */
  let fresh: Look | undefined;

  async function make(name: string, callSignal: AbortSignal): Promise<MadeSpace> {
    const password = newPassword();
    await sessions.use(`making the database ${name}`, callSignal, async (work) => {
      await makeDatabase(work, { name, password, recipe, source, flavour });
      if (isResettable) fresh ??= await lookAt(work, name, recipe.objects);
    });
    return { name, port: server.port, values: spaceValues(name, password) };
  }

  async function reset(space: MadeSpace, callSignal: AbortSignal): Promise<boolean> {
    const look = fresh;
    if (!isResettable || look === undefined) return false;
    const { name } = space;
    const password = newPassword();
    try {
      const isBack = await sessions.use(`putting back the database ${name}`, callSignal, (work) =>
        resetDatabase(work, { name, password, recipe, source, fresh: look, flavour }),
      );
      if (isBack) space.values["password"] = password;
      return isBack;
    } catch (error) {
      // What the server refuses here, a test has made so: a table is gone, a lock is held.
      if (isToolError(error, "SPACE_NOT_MADE")) return false;
      throw error;
    }
  }

  return {
    make,
    reset,
    async drop(name, callSignal) {
      await sessions.use(`dropping the database ${name}`, callSignal, (work) =>
        dropDatabase(work, name, flavour),
      );
    },
    async list(prefix, callSignal) {
      return await sessions.use("listing databases", callSignal, (work) => listDatabases(work, prefix));
    },
    async label(name, text, callSignal) {
      const statements = labelStatements(flavour, name, text);
      await sessions.use(`labelling the database ${name}`, callSignal, (work) => work.run(statements));
    },
    async size(space, callSignal) {
      const [rows = []] = await sessions.use(`measuring the database ${space.name}`, callSignal, (work) =>
        work.run([
          `SELECT SUM(DATA_LENGTH + INDEX_LENGTH) AS bytes FROM information_schema.TABLES
           WHERE TABLE_SCHEMA = ${literal(space.name)}`,
        ]),
      );
      return Number(rows[0]?.["bytes"] ?? 0);
    },
    async [Symbol.asyncDispose]() {
      try {
        if (source === "") return;
        await sessions.use(`dropping the template ${source}`, AbortSignal.timeout(CLOSE_MS), (work) =>
          dropDatabase(work, source, flavour),
        );
      } catch (error) {
        // With the server went what was in it.
        if (!isToolError(error, "SPACE_SERVER_LOST")) throw error;
      } finally {
        await sessions[Symbol.asyncDispose]();
      }
    },
  };
}

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}
