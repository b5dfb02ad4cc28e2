import { Duplex } from "node:stream";
import { messageOf } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import type { AttachOptions } from "../workload.ts";
import type { DockerClient } from "./call.ts";
import { createDemultiplexer } from "./demultiplex.ts";

/** Joins a container's stdin and stdout, before it is started. The signal counts until the stream stands. */
export async function attachWorkload(
  options: AttachOptions & { client: DockerClient; id: string },
): Promise<Duplex> {
  const { id } = options;
  const { socket, head } = await options.client.upgrade({
    method: "POST",
    path: `/containers/${encodeURIComponent(id)}/attach`,
    query: { stream: "1", stdin: "1", stdout: "1", stderr: "1" },
    what: `attach to container ${id}`,
    refused: ({ status, message }) =>
      status === 404
        ? engineError({ code: "WORKLOAD_NOT_FOUND", message: `Container ${id} is gone: ${message}` })
        : undefined,
    signal: options.signal,
  });
  return new AttachedStream({ id, socket, head, onStderr: options.onStderr });
}

/** Reading gives the container's stdout, writing goes to its stdin; slowness on either side is passed on. */
class AttachedStream extends Duplex {
  readonly #socket: Duplex;

  constructor(options: { id: string; socket: Duplex; head: Buffer; onStderr: (chunk: Buffer) => void }) {
    super({ allowHalfOpen: true });
    const { id, socket } = options;
    this.#socket = socket;
    const frames = createDemultiplexer((channel, data) => {
      if (channel === "stderr") options.onStderr(data);
      else if (!this.push(data)) socket.pause();
    });
    const add = (chunk: Buffer) => {
      try {
        frames.add(chunk);
      } catch (cause) {
        this.destroy(lost(id, cause));
      }
    };
    // What came with the answer comes first.
    if (options.head.length > 0) add(options.head);
    socket.on("data", add);
    socket.once("end", () => {
      if (frames.isAtBoundary()) this.push(null);
      else this.destroy(lost(id, new Error("it ended within a frame")));
    });
    socket.once("error", (cause) => this.destroy(lost(id, cause)));
    socket.once("close", () => {
      if (!this.readableEnded && !socket.readableEnded) this.destroy(lost(id, new Error("it was closed")));
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // What is written after the container's end has no reader; that it ended shows on the reading side.
    if (this.#socket.writableEnded || this.#socket.destroyed) done();
    else this.#socket.write(chunk, () => done());
  }

  // HTTP/2 writes heads and bodies of its frames in pieces: each would be a message to the engine, and one more to the container.
  override _writev(
    pieces: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), "binary", done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#socket.destroyed) done();
    else this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function lost(id: string, cause: unknown) {
  return engineError({
    code: "ENGINE_CONNECTION_LOST",
    message: `The stream to container ${id} broke: ${messageOf(cause)}`,
    hint: "The engine was stopped or restarted, or the network in between failed.",
    cause,
  });
}
