/** A part of a file that is kept while it goes by. */
export interface Capture {
  /** Bytes that are kept from here on; of fewer, all. */
  bytes: number;
  /** Called as soon as they are there, or the file has ended. */
  take(content: Buffer): void;
}

/** What is kept of one file after the other. */
export interface Captures {
  /** Keeps what comes next. */
  begin(capture: Capture): void;
  add(chunk: Buffer): void;
  /** Some still miss bytes. */
  isBusy(): boolean;
  /** The file ends here. */
  end(): void;
}

export function createCaptures(): Captures {
  let open: { left: number; chunks: Buffer[]; take(content: Buffer): void }[] = [];
  return {
    begin({ bytes, take }) {
      open.push({ left: bytes, chunks: [], take });
    },
    add(chunk) {
      if (open.length === 0) return;
      for (const capture of open) {
        // The chunk is not ours to keep.
        const part = Buffer.from(chunk.subarray(0, capture.left));
        capture.chunks.push(part);
        capture.left -= part.length;
        if (capture.left === 0) capture.take(Buffer.concat(capture.chunks));
      }
      open = open.filter(({ left }) => left > 0);
    },
    isBusy: () => open.length > 0,
    end() {
      for (const { chunks, take } of open) take(Buffer.concat(chunks));
      open = [];
    },
  };
}
