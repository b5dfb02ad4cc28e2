import type { ClientRequest } from "node:http";
import type { Traffic } from "../../model/index.ts";
import { deferred } from "../../support/abort.ts";
import { SourceFailure } from "./failure.ts";

/** Bytes of a blob on their way up. */
export interface UploadBody {
  size: number;
  chunks: () => AsyncIterable<Buffer>;
}

/** Writes a body as fast as it is taken, and ends the request. Stops when the answer is there already; fails with a SourceFailure. */
export async function sendBody(options: {
  sent: ClientRequest;
  body: Buffer | UploadBody | undefined;
  traffic: Traffic;
  onProgress: () => unknown;
}): Promise<void> {
  const { sent, body, traffic, onProgress } = options;
  if (body === undefined || Buffer.isBuffer(body)) {
    traffic.bytesUp += body?.length ?? 0;
    sent.end(body);
    return;
  }
  let isOver = false;
  const room = { waiter: deferred<void>() };
  const over = () => {
    isOver = true;
    room.waiter.resolve();
  };
  sent.once("error", over).once("close", over);
  sent.once("response", (response) => {
    over();
    // A refusal may come before all is sent: the rest would be taken for a request of its own.
    response.once("close", () => sent.writableEnded || sent.destroy());
  });
  sent.on("drain", () => room.waiter.resolve());
  const chunks = body.chunks()[Symbol.asyncIterator]();
  try {
    while (!isOver) {
      const { done, value } = await next(chunks);
      if (done) {
        sent.end();
        return;
      }
      traffic.bytesUp += value.length;
      traffic.blobBytesUp += value.length;
      room.waiter = deferred();
      const hasRoom = sent.write(value);
      onProgress();
      if (!hasRoom && !isOver) await room.waiter.promise;
      onProgress();
    }
  } finally {
    await chunks.return?.();
  }
}

async function next(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
  try {
    return await chunks.next();
  } catch (cause) {
    throw cause instanceof SourceFailure ? cause : new SourceFailure(cause);
  }
}
