import { once } from "node:events";
import { createGzip } from "node:zlib";

export interface GzipSize {
  /** Resolves when more may come. */
  write(chunk: Buffer): Promise<void>;
  end(): Promise<number>;
  close(): void;
}

const BLOCK = 256 << 10;
/** One block in so many of what is large. */
const EVERY = 4;
const SMALL = 8 << 20;

/**
 * How small a stream of `size` bytes would travel: what gzip makes of it at its fastest. Of more than 8 MB a quarter is compressed, in
 * blocks from all over it, and counted four times: that is right within some percent, and compressing all of it would take longer than
 * everything else together. It works beside us, in a thread of its own.
 */
export function measureGzip(size: number): GzipSize {
  const gzip = createGzip({ level: 1 });
  const step = size > SMALL ? EVERY : 1;
  let compressed = 0;
  let seen = 0;
  let taken = 0;
  gzip.on("data", (chunk: Buffer) => {
    compressed += chunk.length;
  });

  async function take(part: Buffer): Promise<void> {
    taken += part.length;
    if (!gzip.write(part)) await once(gzip, "drain");
  }

  return {
    async write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const end = Math.min(chunk.length, at + BLOCK - (seen % BLOCK));
        if (Math.floor(seen / BLOCK) % step === 0) await take(chunk.subarray(at, end));
        seen += end - at;
        at = end;
      }
    },
    async end() {
      gzip.end();
      await once(gzip, "end");
      return taken === 0 ? 0 : Math.round((compressed * seen) / taken);
    },
    close: () => gzip.destroy(),
  };
}
