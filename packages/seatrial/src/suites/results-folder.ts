import { createWriteStream } from "node:fs";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileSink } from "../agent/index.ts";
import { messageOf } from "../support/error.ts";
import { makeFolder } from "../support/make-folder.ts";
import { suiteError } from "./errors.ts";

/** A folder of the host that takes files. */
export type ResultsFolder = FileSink;

/** A folder on disk, made when the first file comes. Each call may fail with RESULTS_NOT_WRITTEN. */
export function resultsFolder(root: string): ResultsFolder {
  async function attempt(name: string, work: (place: string) => Promise<unknown>): Promise<void> {
    const place = path.join(root, name);
    try {
      await makeFolder(path.dirname(place));
      await work(place);
    } catch (error) {
      throw suiteError({
        code: "RESULTS_NOT_WRITTEN",
        message: `Results cannot be written to ${place}: ${messageOf(error)}`,
        hint: "Free some disk space or make the folder writable.",
        cause: error,
      });
    }
  }
  return {
    folder: (name) => attempt(name, makeFolder),
    file: (name, content, { executable, signal }) =>
      attempt(name, (place) =>
        // Never through something that is there already.
        pipeline(content, createWriteStream(place, { flags: "wx", mode: executable ? 0o755 : 0o644 }), {
          signal,
        }),
      ),
    link: (name, target) => attempt(name, (place) => symlink(target, place)),
  };
}
