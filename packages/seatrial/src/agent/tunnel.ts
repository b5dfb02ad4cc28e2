import { Duplex } from "node:stream";
import type { AgentRequest, Connection } from "./connection.ts";
import { openFrames } from "./frame-stream.ts";
import { FRAME, MAX_PAYLOAD, TUNNEL_ANSWERS } from "./frames.ts";

/** A TCP connection from where the container stands. The agent gives up connecting after 10 s. */
export async function openTunnel(
  connection: Connection,
  address: { host: string; port: number },
  signal: AbortSignal,
): Promise<Duplex> {
  const query = new URLSearchParams({ host: address.host, port: String(address.port) });
  return await openByteStream(connection, {
    method: "POST",
    path: `/v1/tunnel?${query}`,
    what: `tunnelling to ${address.host}:${address.port}`,
    body: true,
    signal,
  });
}

/** The far end of a tunnel or of an accepted client, from the moment it is there. Each direction ends by itself. */
export async function openByteStream(connection: Connection, request: AgentRequest): Promise<Duplex> {
  const exchange = await connection.open(request);
  const { stream } = exchange;
  let theirEnd = false;
  let ourEnd = false;

  const duplex = new Duplex({
    read: () => void stream.resume(),
    write(chunk: Buffer, _encoding, done) {
      sendAll(chunk).then(() => done(), done);
    },
    final(done) {
      ourEnd = true;
      frames.send(FRAME.dataEnd).then(() => done(), done);
    },
    destroy(error, done) {
      if (!theirEnd || !ourEnd) exchange.cancel();
      done(error);
    },
  });
  const frames = await openFrames(exchange, {
    what: request.what,
    expected: TUNNEL_ANSWERS,
    take({ kind, payload }) {
      if (kind === FRAME.dataEnd) {
        theirEnd = true;
        duplex.push(null);
      } else if (payload.length > 0 && !duplex.push(payload)) {
        stream.pause();
      }
    },
    complete: () => theirEnd && ourEnd,
    // Closing the agent on purpose is no error of a connection that nobody listens to any more.
    failed: (error) => duplex.destroy(connection.isClosed() ? undefined : error),
  });
  async function sendAll(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += MAX_PAYLOAD) {
      await frames.send(FRAME.data, bytes.subarray(at, at + MAX_PAYLOAD));
    }
  }

  exchange.outliveSignal();
  return duplex;
}
