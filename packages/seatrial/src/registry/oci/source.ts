import type { Readable } from "node:stream";
import { registryError } from "../errors.ts";
import { SourceFailure } from "./failure.ts";

/** What is to be uploaded, from any place on. Begins anew only when it has to go back. */
export interface Source extends AsyncDisposable {
  /** The bytes from `offset` on, `size` of them. Fails with a SourceFailure. */
  part(offset: number, size: number): AsyncGenerator<Buffer>;
}

export function createSource(blob: { digest: string; size: number; open: () => Readable }): Source {
  let stream: Readable | undefined;
  let chunks: AsyncIterator<Buffer> | undefined;
  /** Read from the stream already, and not asked for yet. */
  let left: Buffer = Buffer.alloc(0);
  let position = 0;

  function close(): void {
    // What is read no more has nobody who would hear of its failures.
    stream?.on("error", () => undefined).destroy();
    stream = undefined;
    chunks = undefined;
    left = Buffer.alloc(0);
    position = 0;
  }

  async function next(): Promise<Buffer> {
    if (left.length > 0) return left;
    stream ??= blob.open();
    chunks ??= stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { done, value } = await chunks.next();
    if (!done) return Buffer.from(value);
    throw registryError({
      code: "REGISTRY_DIGEST_MISMATCH",
      message: `What is to be uploaded as ${blob.digest} ends after ${position} of ${blob.size} bytes.`,
    });
  }

  return {
    async *part(offset, size) {
      try {
        if (position > offset) close();
        const end = offset + size;
        while (position < end) {
          const chunk = await next();
          const from = Math.min(chunk.length, Math.max(0, offset - position));
          const to = Math.min(chunk.length, end - position);
          left = chunk.subarray(to);
          position += to;
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
