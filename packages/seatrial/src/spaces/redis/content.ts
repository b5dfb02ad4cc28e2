import { spaceError } from "../errors.ts";
import type { RedisConnection } from "./connection.ts";
import { isRefusal, listOf, type Reply, textOf, type Word } from "./resp.ts";

/** The keys of one logical database, as the server's own dumps. */
export type Keys = Entry[];

interface Entry {
  key: Buffer;
  dump: Buffer;
  /** Milliseconds that were left of its life when it was dumped; 0: for ever. */
  ttl: number;
}

/** Everything in a server that a copy begins with. */
export interface Content {
  databases: Map<number, Keys>;
  /** Absent: there are none, or the server knows none. */
  functions?: Buffer | undefined;
}

/** Commands that go to the server at once. */
const BATCH = 500;
/** The owner holds what spaces begin with in memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Reads everything. The connection is back in database 0 then. */
export async function readContent(connection: RedisConnection, signal: AbortSignal): Promise<Content> {
  const databases = new Map<number, Keys>();
  for (const database of await databasesInUse(connection, signal)) {
    databases.set(database, await readKeys(connection, database, signal));
  }
  const [list, dump] = await connection.askAll(
    [
      ["FUNCTION", "LIST"],
      ["FUNCTION", "DUMP"],
    ],
    signal,
  );
  return {
    databases,
    functions: listOf(list).length > 0 && Buffer.isBuffer(dump) ? Buffer.from(dump) : undefined,
  };
}

/** The numbers of the databases with keys in them. */
export async function databasesInUse(connection: RedisConnection, signal: AbortSignal): Promise<number[]> {
  const info = textOf(await connection.ask(["INFO", "keyspace"], signal));
  return [...info.matchAll(/^db(\d+):/gm)].map(([, number]) => Number(number));
}

/** The keys of one database. The connection is back in database 0 then. */
export async function readKeys(
  connection: RedisConnection,
  database: number,
  signal: AbortSignal,
): Promise<Keys> {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  for await (const keys of scan(connection, { database }, signal)) {
    const replies = await inDatabase(
      connection,
      { database, commands: keys.flatMap((key) => [["DUMP", key] as const, ["PTTL", key] as const]) },
      signal,
    );
    for (const [at, key] of keys.entries()) {
      const [dump, left] = [replies[at * 2], replies[at * 2 + 1]];
      if (isRefusal(dump)) throw notCopied(`DUMP: ${dump.refused}`);
      // It ran out in the meantime.
      if (!Buffer.isBuffer(dump) || left === -2) continue;
      const ttl = typeof left === "number" && left > 0 ? left : 0;
      bytes += dump.length + key.length;
      if (bytes > MOST_BYTES) throw notCopied(`it holds more than ${MOST_BYTES / 1024 / 1024} MB`);
      // A scan may show a key twice.
      entries.set(key.toString("latin1"), { key: Buffer.from(key), dump: Buffer.from(dump), ttl });
    }
  }
  return [...entries.values()];
}

export interface WriteOptions {
  keys: Keys;
  database: number;
  /** Put before each key. */
  prefix?: string | undefined;
}

/** Writes keys into a database that has none of these. What is left of their lives begins to run now. */
export async function writeKeys(
  connection: RedisConnection,
  options: WriteOptions,
  signal: AbortSignal,
): Promise<void> {
  const { keys, database, prefix = "" } = options;
  const before = Buffer.from(prefix);
  for (let at = 0; at < keys.length; at += BATCH) {
    const commands = keys
      .slice(at, at + BATCH)
      .map(({ key, dump, ttl }) => ["RESTORE", Buffer.concat([before, key]), ttl, dump, "REPLACE"]);
    const replies = await inDatabase(connection, { database, commands }, signal);
    const wrong = replies.find(isRefusal);
    if (wrong !== undefined) throw notCopied(`RESTORE: ${wrong.refused}`);
  }
}

export async function writeContent(
  connection: RedisConnection,
  { databases, functions }: Content,
  signal: AbortSignal,
): Promise<void> {
  for (const [database, keys] of databases) await writeKeys(connection, { keys, database }, signal);
  if (functions !== undefined) await connection.ask(["FUNCTION", "RESTORE", functions], signal);
}

/** Keys in heaps, each key once or more. The connection is in database 0 between two heaps. */
export async function* scan(
  connection: RedisConnection,
  { database, pattern }: { database: number; pattern?: string | undefined },
  signal: AbortSignal,
): AsyncGenerator<Buffer[]> {
  let cursor = "0";
  do {
    const match = pattern === undefined ? [] : ["MATCH", pattern];
    const commands = [["SCAN", cursor, ...match, "COUNT", BATCH]];
    const [reply = null] = await inDatabase(connection, { database, commands }, signal);
    if (isRefusal(reply)) throw notCopied(`SCAN: ${reply.refused}`);
    const [next, keys] = listOf(reply);
    cursor = textOf(next) || "0";
    const heap = listOf(keys).filter((key): key is Buffer => Buffer.isBuffer(key));
    if (heap.length > 0) yield heap;
  } while (cursor !== "0");
}

/** Runs commands in one database, and leaves the connection in database 0. */
export async function inDatabase(
  connection: RedisConnection,
  { database, commands }: { database: number; commands: readonly (readonly Word[])[] },
  signal: AbortSignal,
): Promise<Reply[]> {
  if (database === 0) return await connection.askAll(commands, signal);
  const all = [["SELECT", database], ...commands, ["SELECT", 0]];
  const [selected = null, ...replies] = await connection.askAll(all, signal);
  if (isRefusal(selected)) throw notCopied(`SELECT ${database}: ${selected.refused}`);
  return replies.slice(0, -1);
}

function notCopied(why: string): Error {
  return spaceError({ code: "SPACE_NOT_MADE", message: `Redis' content could not be copied: ${why}` });
}
