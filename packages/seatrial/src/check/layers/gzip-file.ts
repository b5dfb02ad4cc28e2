import { gunzipSync } from "node:zlib";
import type { Capture } from "./captures.ts";
import type { LayerEntry } from "./image-index.ts";

/** Compressed. */
const LARGEST_FILE = 4 << 20;
/** Decompressed, of one file. Logs become some twenty times as large. */
const LARGEST_CONTENT = 64 << 20;
const SMALL = 1 << 20;
const LARGEST_RATIO = 50;
/** Decompressed, of all files of a layer. */
const MOST_CONTENT = 512 << 20;

/**
 * Looks into the gzip files of a layer: what each holds is given to `take` as a whole. What is larger than 4 MB, or would become
 * very much, is left: of a layer at most 512 MB come out, of a file at most 64 MB.
 */
export function createGzipFiles(): {
  captureOf(entry: LayerEntry, take: (content: Buffer) => void): Capture | undefined;
} {
  let left = MOST_CONTENT;
  return {
    captureOf({ path, size }, take) {
      if (!/\.t?gz$/.test(path) || size > LARGEST_FILE || size === 0) return undefined;
      return {
        bytes: size,
        take(packed) {
          const most = Math.min(LARGEST_CONTENT, SMALL + LARGEST_RATIO * packed.length, left);
          if (most === 0 || packed[0] !== 0x1f || packed[1] !== 0x8b) return;
          try {
            const content = gunzipSync(packed, { maxOutputLength: most });
            left -= content.length;
            take(content);
          } catch {
            // Damaged, or too much: as much may have come out already.
            left -= most;
          }
        },
      };
    },
  };
}
