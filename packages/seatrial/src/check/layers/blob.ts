import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import { messageOf } from "../../support/error.ts";
import { checkError } from "../errors.ts";
import { isEmptyBlock, readTarHeader } from "./tar-header.ts";
import { unzstd } from "./zstd.ts";

/** What a file of an export is, by its first bytes. */
export type BlobKind = "tar" | "gzip" | "zstd" | "other";

const HEAD = 512;

/** The first bytes of a stream, and the whole of it. */
export async function peek(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; whole: AsyncIterable<Uint8Array> }> {
  const iterator = stream[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  async function* whole() {
    yield* chunks;
    // The rest of the same iterator.
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head: Buffer.concat(chunks), whole: whole() };
}

export function kindOf(head: Buffer): BlobKind {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return "zstd";
  const block = head.subarray(0, HEAD);
  if (block.length < HEAD) return "other";
  return isEmptyBlock(block) || readTarHeader(block) !== undefined ? "tar" : "other";
}

/** The tar of a layer, decompressed if need be. */
export function decompressed(blob: AsyncIterable<Uint8Array>, kind: BlobKind): AsyncIterable<Uint8Array> {
  if (kind === "gzip") return through(blob, zlib.createGunzip());
  if (kind !== "zstd") return blob;
  // Node 20 has none.
  const create = (zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress;
  return create === undefined ? unzstd(blob) : through(blob, create());
}

async function* through(
  blob: AsyncIterable<Uint8Array>,
  decoder: NodeJS.ReadWriteStream,
): AsyncGenerator<Uint8Array, void> {
  const source = Readable.from(blob, { objectMode: false });
  source.once("error", (error) => (decoder as unknown as zlib.Gunzip).destroy(error));
  try {
    for await (const chunk of source.pipe(decoder)) yield chunk as unknown as Uint8Array;
  } catch (cause) {
    if (source.errored) throw source.errored;
    throw checkError({
      code: "LAYERS_UNREADABLE",
      message: `A layer of the image cannot be decompressed: ${messageOf(cause)}.`,
      hint: "Pull or build the image again.",
      cause,
    });
  } finally {
    source.destroy();
  }
}
