import { isToolError } from "../support/error.ts";
import type { Relay, RelayOptions } from "./agent.ts";
import { askDone, askJson } from "./answer.ts";
import type { Connection } from "./connection.ts";
import { checkRelay } from "./payloads.ts";
import { openByteStream } from "./tunnel.ts";

/** Clients that find someone waiting for them; more wait in the listener's own queue. */
const WAITING = 2;
const CLOSE_MS = 5_000;

/** Listens in the container; every client is handed over as it comes. */
export async function openRelay(connection: Connection, options: RelayOptions): Promise<Relay> {
  const { listen = "127.0.0.1:0" } = options;
  const { id, host, port } = await askJson(connection, {
    method: "POST",
    path: `/v1/relays?${new URLSearchParams({ listen })}`,
    what: `listening on ${listen}`,
    check: checkRelay,
    signal: options.signal,
  });
  const path = `/v1/relays/${encodeURIComponent(id)}`;
  const what = `waiting for clients on ${host}:${port}`;
  const closing = new AbortController();

  async function accept(): Promise<void> {
    while (!closing.signal.aborted) {
      const request = {
        method: "POST",
        path: `${path}/accept`,
        what,
        body: true,
        signal: closing.signal,
      } as const;
      options.onConnection(await openByteStream(connection, request));
    }
  }

  const closed = Promise.all(Array.from({ length: WAITING }, accept)).then(
    () => undefined,
    (error: unknown) => {
      if (closing.signal.aborted) return undefined;
      closing.abort();
      return error instanceof Error ? error : new Error(String(error));
    },
  );
  return {
    address: { host, port },
    closed,
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort();
      const signal = AbortSignal.timeout(CLOSE_MS);
      try {
        await askDone(connection, { method: "DELETE", path, what: `closing ${host}:${port}`, signal });
      } catch (error) {
        // With the agent, its listener is gone too.
        if (!isToolError(error, "AGENT_LOST")) throw error;
      }
    },
  };
}
