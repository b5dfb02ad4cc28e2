/** The two outputs of a container without a terminal. */
export type Channel = "stdout" | "stderr";

const HEADER_BYTES = 8;

/**
 * Takes apart the engine's framing of an attached stream, in pieces of any size: a header of one byte channel, three zero bytes
 * and a big-endian length, then that many bytes. Data is handed out as it arrives, without waiting for whole frames.
 */
export function createDemultiplexer(onData: (channel: Channel, data: Buffer) => void): {
  /** Throws on bytes that are no frame. */
  add(chunk: Buffer): void;
  /** True between two frames. */
  isAtBoundary(): boolean;
} {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerFilled = 0;
  let remaining = 0;
  let channel: Channel = "stdout";

  return {
    add(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (remaining === 0) {
          const taken = chunk.copy(header, headerFilled, at, at + HEADER_BYTES - headerFilled);
          headerFilled += taken;
          at += taken;
          if (headerFilled < HEADER_BYTES) return;
          headerFilled = 0;
          channel = channelOf(header);
          remaining = header.readUInt32BE(4);
          continue;
        }
        const end = Math.min(chunk.length, at + remaining);
        onData(channel, chunk.subarray(at, end));
        remaining -= end - at;
        at = end;
      }
    },
    isAtBoundary: () => remaining === 0 && headerFilled === 0,
  };
}

function channelOf(header: Buffer): Channel {
  const isFrame = header[1] === 0 && header[2] === 0 && header[3] === 0;
  if (isFrame && header[0] === 1) return "stdout";
  if (isFrame && header[0] === 2) return "stderr";
  throw new Error(`the attached stream holds ${header.toString("hex")} where a frame should begin`);
}
