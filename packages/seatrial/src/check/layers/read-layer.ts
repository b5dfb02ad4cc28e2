import { createHash } from "node:crypto";
import { measureGzip } from "./gzip-size.ts";
import { createLayerParser } from "./layer-parser.ts";
import type { LayerReading } from "./reading.ts";
import type { Scanner } from "./scanner.ts";

export interface ReadLayerOptions {
  scanner: Scanner;
  /** Of the tar. */
  size: number;
  /** How small it travels, where that is known; else it is measured. */
  compressed: number | undefined;
}

/** Reads a layer's uncompressed tar to its end: what it holds, its digest, and how small it would travel. */
export async function readLayer(
  tar: AsyncIterable<Uint8Array>,
  options: ReadLayerOptions,
): Promise<LayerReading> {
  const hash = createHash("sha256");
  const parser = createLayerParser(options.scanner);
  const gzip = options.compressed === undefined ? measureGzip(options.size) : undefined;
  try {
    for await (const piece of tar) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      hash.update(chunk);
      parser.write(chunk);
      await gzip?.write(chunk);
    }
    const parsed = parser.end();
    return {
      ...parsed,
      diffId: `sha256:${hash.digest("hex")}`,
      compressed: options.compressed ?? (await gzip?.end()) ?? 0,
    };
  } finally {
    gzip?.close();
  }
}
