import type { RunEvent } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import type { Stamped } from "../support/events.ts";
import { openFile } from "./file-stream.ts";

/** `events.ndjson`: every event but raw output, one JSON object a line, numbered. */
export function createEventFile(options: { file: string; onError: (error: ToolError) => void }): {
  take(event: Stamped<RunEvent>): void;
  /** Resolves when what was taken so far can be read. */
  flush(): Promise<void>;
  close(): Promise<void>;
} {
  const file = openFile(options);
  return {
    take(event) {
      // Output is in the logs already, whole.
      if (event.type !== "output") void file.write(`${JSON.stringify(event)}\n`);
    },
    flush: () => file.flush(),
    close: () => file.close(),
  };
}
