import type { Duplex } from "node:stream";
import { type Deferred, deferred, orAborted } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { createReplyDecoder, encodeCommand, isRefusal, type Reply, type Word } from "./resp.ts";

export interface RedisLogin {
  user?: string | undefined;
  password?: string | undefined;
}

/** A connection to one Redis server. Commands are answered in order, and nothing is tried twice. */
export interface RedisConnection extends Disposable {
  /** Fails with SPACE_NOT_MADE when the server refuses, with SPACE_SERVER_LOST when the connection ends before the answer. */
  ask(words: readonly Word[], signal: AbortSignal): Promise<Reply>;
  /** Sent at once, nothing of others between them; refusals are among the replies. */
  askAll(commands: readonly (readonly Word[])[], signal: AbortSignal): Promise<Reply[]>;
  isOpen(): boolean;
}

/** Logs in to a port of the service's container. */
export async function connectRedis(
  options: { server: SpaceServer; port: number; login: RedisLogin },
  signal: AbortSignal,
): Promise<RedisConnection> {
  const { server, port, login } = options;
  const connection = openRedis(await server.dial(port, signal), `${server.service}:${port}`);
  try {
    await logIn(connection, login, signal);
    return connection;
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}

/** Logs in where there is a password, and makes sure that the server serves. */
export async function logIn(
  connection: RedisConnection,
  { user, password }: RedisLogin,
  signal: AbortSignal,
): Promise<void> {
  if (password) await connection.ask(["AUTH", ...(user ? [user] : []), password], signal);
  await connection.ask(["PING"], signal);
}

/** Speaks over a stream that is open. `place` is for errors. */
export function openRedis(stream: Duplex, place: string): RedisConnection {
  const waiting: Deferred<Reply>[] = [];
  const decode = createReplyDecoder();
  let over: Error | undefined;

  function end(cause: unknown): void {
    over ??= spaceError({
      code: "SPACE_SERVER_LOST",
      message: `the connection to Redis at ${place} ended`,
      cause,
    });
    for (const each of waiting.splice(0)) each.reject(over);
  }

  stream.on("data", (chunk: Buffer) => {
    try {
      for (const reply of decode(chunk)) waiting.shift()?.resolve(reply);
    } catch (error) {
      stream.destroy(error as Error);
    }
  });
  stream.once("end", () => end(undefined));
  stream.on("error", end);
  stream.once("close", () => end(undefined));

  async function askAll(commands: readonly (readonly Word[])[], signal: AbortSignal): Promise<Reply[]> {
    signal.throwIfAborted();
    if (over !== undefined) throw over;
    const answers = commands.map(() => deferred<Reply>());
    waiting.push(...answers);
    stream.write(Buffer.concat(commands.map(encodeCommand)));
    return await orAborted(Promise.all(answers.map(({ promise }) => promise)), signal);
  }

  return {
    askAll,
    async ask(words, signal) {
      const [reply = null] = await askAll([words], signal);
      if (isRefusal(reply)) throw refused(words, place, reply.refused);
      return reply;
    },
    isOpen: () => over === undefined,
    [Symbol.dispose]() {
      end(undefined);
      stream.destroy();
    },
  };
}

/** The command's name alone: its words may hold secrets. */
export function refused(words: readonly Word[], place: string, why: string): Error {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `Redis at ${place} refused ${String(words[0])}: ${why}`,
  });
}
