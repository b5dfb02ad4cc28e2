import type { Writable } from "node:stream";
import { deferred } from "../support/abort.ts";

/** Resolves when more can be written to the stream, or nothing ever again. */
export async function drained(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return;
  const { promise, resolve } = deferred<void>();
  stream.once("drain", resolve).once("close", resolve);
  await promise;
  stream.removeListener("drain", resolve).removeListener("close", resolve);
}
