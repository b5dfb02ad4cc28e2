import type { RedisConnection } from "./connection.ts";
import { inDatabase } from "./content.ts";
import { isRefusal, listOf, type Reply, textOf, type Word } from "./resp.ts";

const KEY = "seatrial:databases";

/** Who has which database of a server, written down in its last one, which no space's user can select. */
export interface DatabaseClaims {
  /** How many there are for spaces. */
  readonly count: number;
  /** Undefined: all are taken. */
  take(connection: RedisConnection, name: string, signal: AbortSignal): Promise<number | undefined>;
  find(connection: RedisConnection, name: string, signal: AbortSignal): Promise<number | undefined>;
  free(connection: RedisConnection, database: number, signal: AbortSignal): Promise<void>;
  names(connection: RedisConnection, prefix: string, signal: AbortSignal): Promise<string[]>;
}

/** For a server with so many databases, at least 3. */
export function createClaims(databases: number): DatabaseClaims {
  const last = databases - 1;

  async function ask(connection: RedisConnection, words: Word[], signal: AbortSignal): Promise<Reply> {
    const [reply = null] = await inDatabase(connection, { database: last, commands: [words] }, signal);
    if (isRefusal(reply)) throw new Error(`Redis refused ${words[0]}: ${reply.refused}`);
    return reply;
  }

  async function read(connection: RedisConnection, signal: AbortSignal): Promise<Map<number, string>> {
    const words = listOf(await ask(connection, ["HGETALL", KEY], signal)).map(textOf);
    return new Map(
      Array.from({ length: words.length / 2 }, (_, at) => [Number(words[at * 2]), words[at * 2 + 1] ?? ""]),
    );
  }

  return {
    count: last - 1,
    async take(connection, name, signal) {
      const taken = await read(connection, signal);
      for (let database = 1; database < last; database += 1) {
        if (taken.has(database)) continue;
        // Another broker of the same server may have been quicker.
        if ((await ask(connection, ["HSETNX", KEY, database, name], signal)) === 1) return database;
      }
      return undefined;
    },
    async find(connection, name, signal) {
      const taken = await read(connection, signal);
      return [...taken].find(([, owner]) => owner === name)?.[0];
    },
    async free(connection, database, signal) {
      await ask(connection, ["HDEL", KEY, database], signal);
    },
    async names(connection, prefix, signal) {
      return [...(await read(connection, signal)).values()].filter((name) => name.startsWith(prefix));
    },
  };
}
