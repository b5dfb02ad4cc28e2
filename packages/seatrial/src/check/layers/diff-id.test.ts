import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarOf } from "../testing/tar.ts";
import { diffIdOf } from "./diff-id.ts";

const tar = Buffer.from(tarOf([{ name: "app", content: "x".repeat(100_000) }]));
const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}`;

async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("the diff id of a layer", () => {
  it("is the digest of its tar, compressed or not", async () => {
    expect(await diffIdOf(inPieces(tar))).toBe(diffId);
    expect(await diffIdOf(inPieces(gzipSync(tar), 100))).toBe(diffId);
    expect(await diffIdOf(Readable.from([gzipSync(tar)]))).toBe(diffId);
  });

  it("is that of all parts, where several were put behind each other", async () => {
    const parts = [tar.subarray(0, 5_000), tar.subarray(5_000)].map((part) => gzipSync(part));
    expect(await diffIdOf(inPieces(Buffer.concat(parts)))).toBe(diffId);
  });

  it("is refused to a layer that breaks off, or is garbage behind its first bytes", async () => {
    const whole = gzipSync(tar);
    await expect(diffIdOf(inPieces(whole.subarray(0, -20)))).toThrowWithCode("LAYERS_UNREADABLE");
    const garbage = Buffer.concat([whole.subarray(0, 20), Buffer.alloc(300, 7)]);
    await expect(diffIdOf(inPieces(garbage))).toThrowWithCode("LAYERS_UNREADABLE");
  });

  it("is refused to a layer with bytes behind its end: whoever hashes all of them would never be asked", async () => {
    for (const fill of [7, 0]) {
      const behind = Buffer.concat([gzipSync(tar), Buffer.alloc(50_000, fill)]);
      await expect(diffIdOf(inPieces(behind))).toThrowWithCode("LAYERS_UNREADABLE");
    }
  });

  it("fails as its stream does, also with the last byte", async () => {
    async function* wrongDigest() {
      yield* inPieces(gzipSync(tar));
      throw new Error("these are not the bytes of that digest");
    }
    await expect(diffIdOf(wrongDigest())).rejects.toThrow(/not the bytes/);
  });
});
