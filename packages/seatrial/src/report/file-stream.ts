import { createWriteStream } from "node:fs";
import { type Deferred, deferred } from "../support/abort.ts";
import type { ToolError } from "../support/error.ts";
import { resultsNotWritable } from "./errors.ts";

/** A file that is written piece by piece. A failure is told once, to `onError`; what comes after it, or after the end, is dropped. */
export interface FileStream {
  /** Resolves when the next piece may be written. Never rejects. */
  write(text: string): Promise<void>;
  /** Resolves when what was written so far can be read, or never will be. */
  flush(): Promise<void>;
  /** Resolves when everything is on disk, or never will be. */
  close(): Promise<void>;
}

/** Opens a file to write at its end. */
export function openFile(options: { file: string; onError: (error: ToolError) => void }): FileStream {
  const stream = createWriteStream(options.file, { flags: "a" });
  const closed = deferred<void>();
  let room: Deferred<void> | undefined;
  let ended = false;
  const wake = () => {
    room?.resolve();
    room = undefined;
  };
  stream.once("error", (error) => options.onError(resultsNotWritable(options.file, error)));
  stream.on("drain", wake);
  stream.once("close", () => {
    wake();
    closed.resolve();
  });
  return {
    async write(text) {
      if (ended || stream.destroyed || stream.write(text)) return;
      room ??= deferred();
      await room.promise;
    },
    async flush() {
      if (ended || stream.destroyed) return;
      // The answer to it comes after those to all pieces before it, with an error too.
      await new Promise<void>((resolve) => void stream.write("", () => resolve()));
    },
    async close() {
      ended = true;
      if (!stream.destroyed) stream.end();
      await closed.promise;
    },
  };
}
