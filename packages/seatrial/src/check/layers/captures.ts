/** A part of a file that is kept while it goes by. */
export interface Capture {
  /** Bytes that are kept from here on; of fewer, all. */
  bytes: number;
  /** Called as soon as they are there, or the file has ended. */
  take(content: Buffer): void;
}

/** What is kept of one file after the other. */
export interface Captures {
  /** Keeps what comes next, behind what has come of it. */
  begin(capture: Capture, come?: Buffer): void;
  add(chunk: Buffer): void;
  /** Some still miss bytes. */
  isBusy(): boolean;
  /** The file ends here. */
  end(): void;
}

interface Open {
  left: number;
  chunks: Buffer[];
  take(content: Buffer): void;
}

function isOpenAfter(capture: Open, chunk: Buffer): boolean {
  // The chunk is not ours to keep.
  const part = Buffer.from(chunk.subarray(0, capture.left));
  capture.chunks.push(part);
  capture.left -= part.length;
  if (capture.left === 0) capture.take(Buffer.concat(capture.chunks));
  return capture.left > 0;
}

export function createCaptures(): Captures {
  let open: Open[] = [];
  return {
    begin({ bytes, take }, come = Buffer.alloc(0)) {
      const capture = { left: bytes, chunks: [], take };
      if (isOpenAfter(capture, come)) open.push(capture);
    },
    add(chunk) {
      if (open.length > 0) open = open.filter((capture) => isOpenAfter(capture, chunk));
    },
    isBusy: () => open.length > 0,
    end() {
      for (const { chunks, take } of open) take(Buffer.concat(chunks));
      open = [];
    },
  };
}
