import type { MakerOptions, SpaceMaker } from "../maker.ts";
import type { RedisConnection } from "./connection.ts";
import { databasesInUse, inDatabase, type Keys, scan, writeKeys } from "./content.ts";
import { keepConnected } from "./kept-connection.ts";
import { templateKeys } from "./own-template.ts";
import { newPassword } from "./password.ts";
import { createUser, removeUser, usersOf, warnOfOpenServer } from "./users.ts";

/**
 * What shows other spaces' keys or channels by name, or works on all at once. Functions are left out since all spaces share
 * them. INFO stays, as clients ask it whether the server is loading.
 */
const RULES = [
  "+@all",
  "-@admin",
  "-@dangerous",
  "+info",
  "+restore",
  "+sort",
  "+sort_ro",
  "-scan",
  "-randomkey",
  "-dbsize",
  "-pubsub",
  "-client|tracking",
  "-function",
  "-script",
  "+script|load",
  "+script|exists",
];

/** Spaces that are a user in the service's own server, who has the keys and channels that begin with the space's prefix. */
export async function openPrefixMaker(options: MakerOptions): Promise<SpaceMaker> {
  const kept = keepConnected(options.server);
  try {
    const keys = await templateKeys(options, kept);
    await warnOfOpenServer(options, kept);
    return makerOf({ options, kept, keys });
  } catch (error) {
    kept[Symbol.dispose]();
    throw error;
  }
}

function makerOf({
  options,
  kept,
  keys,
}: {
  options: MakerOptions;
  kept: ReturnType<typeof keepConnected>;
  keys: Keys;
}): SpaceMaker {
  const { port } = options.server;

  async function drop(name: string, signal: AbortSignal): Promise<void> {
    const connection = await kept.get(signal);
    await removeUser(
      { connection, name, clean: () => removeKeys(connection, prefixOf(name), signal) },
      signal,
    );
  }

  return {
    async make(name, signal) {
      const connection = await kept.get(signal);
      const password = newPassword();
      const prefix = prefixOf(name);
      try {
        await createUser(
          { connection, name, password, rules: [`~${prefix}*`, `&${prefix}*`, ...RULES] },
          signal,
        );
        await writeKeys(connection, { keys, database: 0, prefix }, signal);
      } catch (error) {
        await Promise.allSettled([drop(name, signal)]);
        throw error;
      }
      return { name, port, values: { user: name, password, name: "0", prefix } };
    },
    // Another user with another prefix costs as little, and nobody from before knows its password.
    async reset(_space, signal) {
      signal.throwIfAborted();
      return false;
    },
    drop,
    list: async (prefix, signal) => await usersOf(await kept.get(signal), prefix, signal),
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

function prefixOf(name: string): string {
  return `${name}:`;
}

/** A test may have put keys into any of the databases. */
async function removeKeys(connection: RedisConnection, prefix: string, signal: AbortSignal): Promise<void> {
  for (const database of await databasesInUse(connection, signal)) {
    for await (const heap of scan(connection, { database, pattern: `${prefix}*` }, signal)) {
      await inDatabase(connection, { database, commands: [["UNLINK", ...heap]] }, signal);
    }
  }
}
