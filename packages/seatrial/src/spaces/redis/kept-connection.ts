import { orAborted } from "../../support/abort.ts";
import type { SpaceServer } from "../maker.ts";
import { connectRedis, type RedisConnection } from "./connection.ts";

/** A connection to the service's own server as its administrator. It is opened when it is needed, and anew when it ended. */
export interface KeptConnection extends Disposable {
  get(signal: AbortSignal): Promise<RedisConnection>;
}

export function keepConnected(server: SpaceServer): KeptConnection {
  const life = new AbortController();
  let current: RedisConnection | undefined;
  let opening: Promise<RedisConnection> | undefined;

  async function open(): Promise<RedisConnection> {
    const { user, password } = server.admin;
    const connection = await connectRedis(
      { server, port: server.port, login: { user, password } },
      life.signal,
    );
    if (life.signal.aborted) connection[Symbol.dispose]();
    else current = connection;
    return connection;
  }

  return {
    async get(signal) {
      if (current?.isOpen()) return current;
      // For all who wait: one that gives up leaves it to the others.
      opening ??= open().finally(() => {
        opening = undefined;
      });
      return await orAborted(opening, signal);
    },
    [Symbol.dispose]() {
      life.abort();
      current?.[Symbol.dispose]();
    },
  };
}
