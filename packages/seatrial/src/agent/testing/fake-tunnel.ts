import type { ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { createFrameDecoder, createFrameEncoder, FRAME } from "../frames.ts";
import { memoryDuplexPair } from "./duplex-pair.ts";
import { answerFailure, answerJson } from "./fake-answer.ts";

/** Answers yes, then passes bytes between the owner and `far` with the protocol's frames. */
export function bridgeFakeTunnel(stream: ServerHttp2Stream, far: Duplex): void {
  const decoder = createFrameDecoder([FRAME.data, FRAME.dataEnd]);
  const encode = createFrameEncoder();
  stream.respond({ ":status": 200 });
  stream.on("data", (chunk: Buffer) => {
    for (const { kind, payload } of decoder.push(chunk)) {
      if (kind === FRAME.dataEnd) far.end();
      else if (payload.length > 0) far.write(payload);
    }
  });
  stream.once("end", () => far.end());
  stream.once("close", () => far.destroy());
  far.on("data", (chunk: Buffer) => void stream.write(encode(FRAME.data, chunk)));
  far.once("end", () => void stream.write(encode(FRAME.dataEnd)));
  far.once("error", (error) => {
    const failure = { code: "TUNNEL_REFUSED", message: error.message };
    stream.end(encode(FRAME.failed, Buffer.from(JSON.stringify(failure))));
  });
  far.once("close", () => stream.end());
}

/** The fake container's listeners. */
export interface FakeRelays {
  listen(stream: ServerHttp2Stream): void;
  accept(stream: ServerHttp2Stream, id: string): void;
  close(stream: ServerHttp2Stream, id: string): void;
  /** A client in the container connects to a relay's port. */
  dial(port: number): Duplex;
}

/** Relays without sockets: ports are numbers from 40001 on. */
export function createFakeRelays(): FakeRelays {
  const relays = new Map<string, { clients: Duplex[]; accepts: ServerHttp2Stream[] }>();
  let last = 40_000;
  const match = (relay: { clients: Duplex[]; accepts: ServerHttp2Stream[] }) => {
    relay.accepts = relay.accepts.filter((stream) => !stream.destroyed);
    while (relay.clients.length > 0 && relay.accepts.length > 0) {
      const [client, stream] = [relay.clients.shift(), relay.accepts.shift()];
      if (client !== undefined && stream !== undefined) bridgeFakeTunnel(stream, client);
    }
  };
  const unknown = (stream: ServerHttp2Stream, id: string, status: number) =>
    answerFailure(stream, { status, code: "RELAY_FAILED", message: `relay ${id} is not there` });

  return {
    listen(stream) {
      last += 1;
      relays.set(String(last), { clients: [], accepts: [] });
      answerJson(stream, { id: String(last), host: "127.0.0.1", port: last });
    },
    accept(stream, id) {
      const relay = relays.get(id);
      if (relay === undefined) {
        unknown(stream, id, 404);
        return;
      }
      relay.accepts.push(stream);
      match(relay);
    },
    close(stream, id) {
      const relay = relays.get(id);
      if (relay === undefined) {
        unknown(stream, id, 404);
        return;
      }
      relays.delete(id);
      for (const accept of relay.accepts) if (!accept.destroyed) unknown(accept, id, 410);
      stream.respond({ ":status": 204 }, { endStream: true });
    },
    dial(port) {
      const relay = relays.get(String(port));
      if (relay === undefined) throw new Error(`nothing listens on port ${port} of the fake container`);
      const [near, far] = memoryDuplexPair();
      relay.clients.push(far);
      match(relay);
      return near;
    },
  };
}
