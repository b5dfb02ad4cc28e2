import type { Readable } from "node:stream";
import { registryError } from "../errors.ts";
import { SourceFailure } from "./failure.ts";

/** What is to be uploaded, from any place on. Opened anew only when it has to go back. */
export interface Source extends AsyncDisposable {
  /** The bytes from `offset` on, `size` of them. One part is read at a time. Fails with a SourceFailure. */
  part(offset: number, size: number): AsyncGenerator<Buffer>;
}

/** One time that it was opened. */
interface Reading {
  stream: Readable;
  chunks: AsyncIterator<Buffer>;
  /** Read from the stream already, and not asked for yet. */
  left: Buffer;
  position: number;
  isWaiting: boolean;
}

const NOTHING = Buffer.alloc(0);

export function createSource(blob: { digest: string; size: number; open: () => Readable }): Source {
  let reading: Reading | undefined;

  function open(): Reading {
    const stream = blob.open();
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    return { stream, chunks, left: NOTHING, position: 0, isWaiting: false };
  }

  function close(): void {
    // What is read no more has nobody who would hear of its failures.
    reading?.stream.on("error", () => undefined).destroy();
    reading = undefined;
  }

  async function next(from: Reading): Promise<Buffer> {
    if (from.left.length > 0) return from.left;
    from.isWaiting = true;
    const { done, value } = await from.chunks.next();
    from.isWaiting = false;
    if (!done) return Buffer.from(value);
    throw registryError({
      code: "REGISTRY_DIGEST_MISMATCH",
      message: `What is to be uploaded as ${blob.digest} ends after ${from.position} of ${blob.size} bytes.`,
    });
  }

  return {
    async *part(offset, size) {
      try {
        // A request that was refused half way may still wait for bytes: they come to it, and not to this one.
        if (reading !== undefined && (reading.position > offset || reading.isWaiting)) close();
        reading ??= open();
        const ours = reading;
        const end = offset + size;
        while (ours.position < end) {
          const chunk = await next(ours);
          const from = Math.min(chunk.length, Math.max(0, offset - ours.position));
          const to = Math.min(chunk.length, end - ours.position);
          ours.left = chunk.subarray(to);
          ours.position += to;
          if (to > from) yield chunk.subarray(from, to);
        }
      } catch (cause) {
        throw new SourceFailure(cause);
      }
    },
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}
