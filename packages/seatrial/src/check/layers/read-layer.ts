import { createHash } from "node:crypto";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { createLayerParser } from "./layer-parser.ts";
import type { LayerReading } from "./reading.ts";
import type { Scanner } from "./scanner.ts";

export interface ReadLayerOptions {
  scanner: Scanner;
  /** Bytes as it travels, where the engine has it so. Default: what gzip makes of it at its fastest. */
  compressed?: number | undefined;
}

/** Reads a layer's uncompressed tar to its end: what it holds, its digest, and how small it would travel. */
export async function readLayer(
  tar: AsyncIterable<Uint8Array>,
  options: ReadLayerOptions,
): Promise<LayerReading> {
  const hash = createHash("sha256");
  const parser = createLayerParser(options.scanner);
  const gzip = options.compressed === undefined ? measureGzip() : undefined;
  try {
    for await (const piece of tar) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      hash.update(chunk);
      parser.write(chunk);
      await gzip?.write(chunk);
    }
    const parsed = parser.end();
    const compressed = options.compressed ?? (await gzip?.end()) ?? 0;
    return { ...parsed, diffId: `sha256:${hash.digest("hex")}`, compressed };
  } finally {
    gzip?.close();
  }
}

/** Counts what gzip makes of it. It works beside us, in a thread of its own. */
function measureGzip(): { write(chunk: Buffer): Promise<void>; end(): Promise<number>; close(): void } {
  const gzip = createGzip({ level: 1 });
  let bytes = 0;
  gzip.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  return {
    async write(chunk) {
      if (!gzip.write(chunk)) await once(gzip, "drain");
    },
    async end() {
      gzip.end();
      await once(gzip, "end");
      return bytes;
    },
    close: () => gzip.destroy(),
  };
}
