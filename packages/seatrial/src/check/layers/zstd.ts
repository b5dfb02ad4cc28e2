import { Decompress } from "fzstd";
import { checkError } from "../errors.ts";

const FRAME = 0xfd2fb528;
/** Of 16 numbers that begin a frame to be skipped, the first. */
const SKIPPABLE = 0x184d2a50;
/** What zstd's own program decompresses unless it is told otherwise. */
const LARGEST_WINDOW = 128 << 20;
const LARGEST_BLOCK = 128 << 10;
const RLE = 1;

/**
 * What was compressed with zstd, block by block: at most a window of 128 MB and two blocks of 128 kB are held, whatever the bytes say.
 * Checksums are not looked at, since the digest of all that comes out is. Fails with LAYERS_UNREADABLE.
 */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = createReader(source);
  for (let head = await reader.takeUpTo(4); head.length > 0; head = await reader.takeUpTo(4)) {
    const magic = head.length === 4 ? head.readUInt32LE() : 0;
    if (magic >>> 4 === SKIPPABLE >>> 4) await reader.skip((await reader.take(4)).readUInt32LE());
    else if (magic === FRAME) yield* readFrame(head, reader);
    else throw damaged("it is no frame of zstd");
  }
}

async function* readFrame(magic: Buffer, reader: Reader): AsyncGenerator<Uint8Array, void> {
  const flags = await reader.take(1);
  const [flag = 0] = flags;
  const isSingle = (flag & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flag >>> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][flag & 3] ?? 0;
  const rest = await reader.take((isSingle ? 0 : 1) + dictionaryBytes + sizeBytes);
  const window = isSingle ? sizeOf(rest.subarray(dictionaryBytes)) : windowOf(rest[0] ?? 0);
  if (window > LARGEST_WINDOW)
    throw damaged(`it needs ${window} bytes of memory, and at most ${LARGEST_WINDOW} are given`);

  const blocks: Uint8Array[] = [];
  const decoder = new Decompress((block) => blocks.push(block));
  const decode = (bytes: Buffer, isEnd: boolean) => {
    try {
      decoder.push(bytes, isEnd);
    } catch (cause) {
      throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
    }
    return blocks.splice(0).filter(({ length }) => length > 0);
  };
  decode(Buffer.concat([magic, flags, rest]), false);
  for (let isLast = false; !isLast; ) {
    const head = await reader.take(3);
    const bits = head.readUIntLE(0, 3);
    const size = bits >>> 3;
    if (size > LARGEST_BLOCK) throw damaged(`a block of ${size} bytes`);
    isLast = (bits & 1) !== 0;
    const isRle = ((bits >>> 1) & 3) === RLE;
    const hasChecksum = isLast && (flag & 4) !== 0;
    const block = await reader.take((isRle ? 1 : size) + (hasChecksum ? 4 : 0));
    yield* decode(Buffer.concat([head, block]), isLast);
  }
}

/** An exponent, and eighths of it. */
function windowOf(descriptor: number): number {
  return 2 ** (10 + (descriptor >>> 3)) * (1 + (descriptor & 7) / 8);
}

/** The size of the content; that of two bytes begins behind those of one. */
function sizeOf(bytes: Buffer): number {
  if (bytes.length === 8) return Number(bytes.readBigUInt64LE());
  return bytes.readUIntLE(0, bytes.length) + (bytes.length === 2 ? 256 : 0);
}

interface Reader {
  /** So many bytes; fails when fewer are left. */
  take(count: number): Promise<Buffer>;
  /** So many, or what is left. */
  takeUpTo(count: number): Promise<Buffer>;
  skip(count: number): Promise<void>;
}

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const iterator = source[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);

  /** The next piece, at most `count` bytes; empty at the end. */
  async function next(count: number): Promise<Buffer> {
    while (chunk.length === 0) {
      const { done, value } = await iterator.next();
      if (done === true) return chunk;
      chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const piece = chunk.subarray(0, count);
    chunk = chunk.subarray(piece.length);
    return piece;
  }

  async function takeUpTo(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const piece = await next(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces.length === 1 ? (pieces[0] ?? chunk) : Buffer.concat(pieces);
  }

  return {
    takeUpTo,
    async take(count) {
      const bytes = await takeUpTo(count);
      if (bytes.length < count) throw damaged("it ends too early");
      return bytes;
    },
    async skip(count) {
      for (let left = count; left > 0; ) {
        const piece = await next(left);
        if (piece.length === 0) throw damaged("it ends too early");
        left -= piece.length;
      }
    },
  };
}

function damaged(what: string, cause?: unknown) {
  return checkError({
    code: "LAYERS_UNREADABLE",
    message: `A layer of the image cannot be decompressed: ${what}.`,
    hint: "Pull or build the image again.",
    cause,
  });
}
