import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Agent } from "../../agent/index.ts";
import { LOOPBACK } from "./loopback.ts";

/** A port of a container that is published for this question alone. */
export const GATE_PORT = 61_111;

const LIMIT_MS = 2_000;

/**
 * True when what the engine publishes at 127.0.0.1 is this process's own 127.0.0.1: a word said in the container must be heard here.
 * Merely connecting would not tell: beside a remote engine, or in a container with the engine's socket, the same port may be another
 * program's.
 */
export async function reachesPublished(options: {
  agent: Agent;
  /** Where the gate was published. */
  port: number;
  signal: AbortSignal;
}): Promise<boolean> {
  const word = randomBytes(16).toString("hex");
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    await using _gate = await options.agent.relay({
      listen: `0.0.0.0:${GATE_PORT}`,
      onConnection: (client) => say(client, word),
      signal,
    });
    return (await hear(options.port, signal)) === word;
  } catch (error) {
    if (options.signal.aborted) throw error;
    return false;
  }
}

function say(client: Duplex, word: string): void {
  client.on("error", () => undefined);
  client.resume().end(word);
}

async function hear(port: number, signal: AbortSignal): Promise<string> {
  const socket: Socket = connect({ host: LOOPBACK, port, signal });
  try {
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString();
    });
    await once(socket, "end", { signal });
    return heard;
  } finally {
    socket.destroy();
  }
}
