import { describe, expect, it } from "vitest";
import { unzstd } from "./zstd.ts";

/** What `zstd -19 --check` makes of 400 lines. */
const COMPRESSED = Buffer.from(
  "KLUv/QRojAkAplUuFpCpcAxg/cLHQs3e3U5ShJSSou48OAEzACgAIABWVVVVVUVERERE9P//sqKSgnJiUkKyAAQFQ3EQRHEEDISRkCMwOORYGIcERHCQEcNAKAT///M8z/M8z/O8u7u7u6uqqqqqmpmZmZmJiIiIiHh3d3d3Z2ZmZmYB3/d93/dt27Zt27Zt23Vd13Vd13VN0zRN0zRN0////wH7vu/7vu/7ruu6ruu6rut5nud5nud5juM4juM4juP3fQGAyKgR0Pn9PwPQG9UBEkAQ+P/fwx+gVKVSqlIVValKtVSlKqpSlVqpSlVWpSqlwhIT4naYDLfCRLgNJsEtMAEehQIolapUTVWqUitVqZKqVKVWqlIlVWl/yW/rS3zbXtLb5SW87S7ZVSbf7DP7Zt+cNkUAUgV1BQDW2BsJwCUdxm3J3+VOGQATABoAbdu2bdu2bdu2bdu2bQsEAoGiKIqiKIqiKNm2bdu2bdu2bdu2bdu2bdu2bdszMzMzMzMzMzMzMzMzMzMBZGZmZmZmZmZmZpmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmQmAyKgghI8B8PVjDBL4/19BoH8ACAACgAAgAAgAAoC0i4CfCxIAAkAAEAAJAAKAABAABACl3z8XKIAHCAFugS+N",
  "base64",
);
const TEXT = Array.from({ length: 400 }, (_, at) => `line ${at} of a text that repeats itself\n`).join("");
const SKIPPED = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A window of 1 MB and no size. */
const PLAIN = [...MAGIC, 0, 10 << 3];

type Block = { kind: "raw" | "rle"; content: string; size?: number };

function blockOf({ kind, content, size = content.length }: Block, isLast: boolean): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (kind === "rle" ? 2 : 0) | (isLast ? 1 : 0), 0, 3);
  return Buffer.concat([head, Buffer.from(content)]);
}

function frameOf(blocks: Block[], head: number[] = PLAIN): Buffer {
  return Buffer.concat([
    Buffer.from(head),
    ...blocks.map((block, at) => blockOf(block, at === blocks.length - 1)),
  ]);
}

async function read(bytes: Buffer, piece = bytes.length): Promise<string> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  const blocks: Uint8Array[] = [];
  for await (const block of unzstd(pieces())) blocks.push(block);
  return Buffer.concat(blocks).toString();
}

describe("zstd", () => {
  it.each([1, 7, 100, 100_000])(
    "is read in pieces of %i bytes, whatever is between its frames",
    async (piece) => {
      const plain = frameOf([
        { kind: "raw", content: "abc" },
        { kind: "rle", content: "x", size: 5 },
        { kind: "raw", content: "" },
      ]);
      const single = frameOf([{ kind: "raw", content: "one" }], [...MAGIC, 0x20, 3]);
      const bytes = Buffer.concat([SKIPPED, COMPRESSED, plain, SKIPPED, single, COMPRESSED, SKIPPED]);
      expect(await read(bytes, piece)).toBe(`${TEXT}abcxxxxxone${TEXT}`);
      expect(await read(Buffer.alloc(0))).toBe("");
    },
  );

  it.each([
    ["other bytes behind a frame", Buffer.concat([COMPRESSED, Buffer.from("more")])],
    ["a magic number alone", Buffer.from(MAGIC)],
    ["half a frame", COMPRESSED.subarray(0, -40)],
    ["a checksum that is cut", COMPRESSED.subarray(0, -2)],
    ["a frame without its last block", frameOf([{ kind: "raw", content: "abc" }]).fill(0x18, 6, 7)],
    ["half of what is to be skipped", SKIPPED.subarray(0, -1)],
    ["a window of 2 GB", frameOf([{ kind: "raw", content: "abc" }], [...MAGIC, 0, 21 << 3])],
    ["a window as large as a size of 4 GB", frameOf([], [...MAGIC, 0xa0, 255, 255, 255, 255])],
    ["a block of 2 MB", frameOf([{ kind: "rle", content: "x", size: (1 << 21) - 1 }])],
    ["a block of no kind", Buffer.from([...PLAIN, 7, 0, 0])],
    ["bytes that are no frame's", Buffer.from(COMPRESSED).fill(0xff, 20, 60)],
  ])("that is damaged is refused: %s", async (_what, bytes) => {
    await expect(read(bytes)).toThrowWithCode("LAYERS_UNREADABLE");
  });

  it("that would become very much is held a block at a time", async () => {
    const blocks = Array.from(
      { length: 4_000 },
      (): Block => ({ kind: "rle", content: "x", size: 128 << 10 }),
    );
    async function* whole() {
      yield frameOf(blocks);
    }
    const before = process.memoryUsage().rss;
    let size = 0;
    for await (const block of unzstd(whole())) {
      expect(block.length).toBe(128 << 10);
      size += block.length;
    }
    expect(size).toBe(4_000 * (128 << 10));
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it("fails with the error of its source", async () => {
    async function* breaking() {
      yield COMPRESSED.subarray(0, 30);
      throw new Error("the engine is gone");
    }
    await expect(unzstd(breaking()).next()).rejects.toThrow("the engine is gone");
  });
});
