import { closeSync, constants, openSync, readSync } from "node:fs";
import { messageOf } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";

/** Real profiles have kilobytes, those of the largest programs some megabytes. */
const LARGEST = 512 * 1024 * 1024;
/** A pipe that has a profile's name must not stop us. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Reads whole files into one piece of memory: what it returns is valid until the next call. */
export type LoadFile = (file: string, atMost?: number) => Buffer;

/** Files are small and many: one call after the other takes less time than handing each one to another thread. */
export function createLoader(): LoadFile {
  let space = Buffer.allocUnsafe(64 * 1024);
  return (file, atMost = LARGEST) => {
    const handle = attempt(file, () => openSync(file, FLAGS));
    try {
      let length = 0;
      for (;;) {
        const wanted = Math.min(space.length, atMost) - length;
        const read = attempt(file, () => readSync(handle, space, length, wanted, null));
        length += read;
        if (read < wanted || length === atMost) break;
        space = Buffer.concat([space], space.length * 2);
      }
      if (length === LARGEST) throw unreadable(file, "it has over 512 MiB");
      return space.subarray(0, length);
    } finally {
      closeSync(handle);
    }
  };
}

function attempt<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
}

function unreadable(file: string, reason: string, cause?: unknown) {
  return coverageError({
    code: "COVERAGE_PROFILE_UNREADABLE",
    message: `the Go profile ${file} cannot be read: ${reason}`,
    hint: "Look at its owner and mode.",
    cause,
  });
}
