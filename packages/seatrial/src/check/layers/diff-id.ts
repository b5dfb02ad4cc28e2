import { createHash } from "node:crypto";
import type { Digest } from "../../model/index.ts";
import { checkError } from "../errors.ts";
import { decompressed, kindOf, peek } from "./blob.ts";

/**
 * The diff id of a layer as a registry has it: the digest of its tar, decompressed if need be. Reads the stream to its end, so that
 * whoever checks its bytes has seen all of them. Fails with LAYERS_UNREADABLE or LAYERS_COMPRESSED, and as the stream does.
 */
export async function diffIdOf(blob: AsyncIterable<Uint8Array>): Promise<Digest> {
  let isRead = false;
  async function* toItsEnd() {
    yield* blob;
    isRead = true;
  }
  const { head, whole } = await peek(toItsEnd());
  const hash = createHash("sha256");
  for await (const chunk of decompressed(whole, kindOf(head))) hash.update(chunk);
  // Decoders stop where the compressed data ends, before the digest of all bytes is known; engines refuse such layers.
  if (!isRead) {
    throw checkError({
      code: "LAYERS_UNREADABLE",
      message: "A layer of the image has bytes behind the end of its compressed data.",
      hint: "Build and push the image again.",
    });
  }
  return `sha256:${hash.digest("hex")}`;
}
