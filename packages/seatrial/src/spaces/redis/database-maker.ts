import { spaceError } from "../errors.ts";
import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { type RedisConnection, refused } from "./connection.ts";
import { inDatabase, type Keys, writeKeys } from "./content.ts";
import { createClaims, type DatabaseClaims } from "./database-claims.ts";
import { type KeptConnection, keepConnected } from "./kept-connection.ts";
import { templateKeys } from "./own-template.ts";
import { newPassword } from "./password.ts";
import { isRefusal, listOf, textOf } from "./resp.ts";
import { createUser, removeUser, warnOfOpenServer } from "./users.ts";

/** What would reach into other databases, or works on all at once. Channels, scripts and database 0 are everybody's all the same. */
const RULES = [
  "~*",
  "&*",
  "+@all",
  "-@admin",
  "-@dangerous",
  "+info",
  "+keys",
  "+sort",
  "+sort_ro",
  "+restore",
  "+flushdb",
  "-move",
  "-copy",
  "-function",
  "-script",
  "+script|load",
  "+script|exists",
  "-select",
];

/** Spaces that are a numbered database of the service's own server, with a user who can select no other. */
export async function openDatabaseMaker(options: MakerOptions): Promise<SpaceMaker> {
  const kept = keepConnected(options.server);
  try {
    const keys = await templateKeys(options, kept);
    const connection = await kept.get(options.signal);
    const count = await countDatabases(connection, options);
    await warnOfOpenServer(options, kept);
    return makerOf({ options, kept, keys, claims: createClaims(count) });
  } catch (error) {
    kept[Symbol.dispose]();
    throw error;
  }
}

/** Database 0 is the service's own, the last one says who has which. */
async function countDatabases(
  connection: RedisConnection,
  { server, signal }: MakerOptions,
): Promise<number> {
  const count = Number(textOf(listOf(await connection.ask(["CONFIG", "GET", "databases"], signal))[1]));
  if (count >= 3) return count;
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${server.service} has ${count} databases: 0 is its own, the last one is needed to keep account, and so none is left for spaces`,
    hint: "give the server `--databases 64`, or the spaces another `isolation`",
  });
}

function makerOf(given: {
  options: MakerOptions;
  kept: KeptConnection;
  keys: Keys;
  claims: DatabaseClaims;
}): SpaceMaker {
  const { options, kept, keys, claims } = given;
  const { server, plan } = options;

  async function drop(name: string, signal: AbortSignal): Promise<void> {
    const connection = await kept.get(signal);
    const database = await claims.find(connection, name, signal);
    await removeUser({ connection, name, clean: () => flush(connection, database, signal) }, signal);
    if (database !== undefined) await claims.free(connection, database, signal);
  }

  return {
    capacity: claims.count,
    async make(name, signal) {
      const connection = await kept.get(signal);
      const database = await claims.take(connection, name, signal);
      if (database === undefined) {
        throw spaceError({
          code: "SPACE_NOT_MADE",
          message: `all ${claims.count} databases of ${server.service} that spaces can have are taken`,
          hint: `give the server more (\`--databases 64\`), or ${plan.name} a smaller \`limit\``,
        });
      }
      const password = newPassword();
      try {
        // Whoever had been there without being asked.
        await flush(connection, database, signal);
        await writeKeys(connection, { keys, database }, signal);
        await createUser({ connection, name, password, rules: [...RULES, `+select|${database}`] }, signal);
      } catch (error) {
        await Promise.allSettled([drop(name, signal)]);
        throw error;
      }
      return { name, port: server.port, values: { user: name, password, name: String(database) } };
    },
    // Another user costs as little, and nobody from before knows its password.
    async reset(_space, signal) {
      signal.throwIfAborted();
      return false;
    },
    drop,
    list: async (prefix, signal) => await claims.names(await kept.get(signal), prefix, signal),
    label: async (_name, _text, signal) => signal.throwIfAborted(),
    async size(_space, signal) {
      signal.throwIfAborted();
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      kept[Symbol.dispose]();
    },
  };
}

async function flush(
  connection: RedisConnection,
  database: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (database === undefined) return;
  const [reply] = await inDatabase(connection, { database, commands: [["FLUSHDB"]] }, signal);
  if (isRefusal(reply)) throw refused(["FLUSHDB"], `database ${database}`, reply.refused);
}
