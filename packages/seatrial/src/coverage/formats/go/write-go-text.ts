import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../../model/index.ts";
import { messageOf } from "../../../support/error.ts";
import { makeFolder } from "../../../support/make-folder.ts";
import { coverageError } from "../../errors.ts";
import { combineFolders } from "./read-go-profiles.ts";
import type { GoFolders } from "./read-programs.ts";
import { goText } from "./text.ts";

export interface GoWritten {
  /** What was left out, and why. */
  problems: Problem[];
  /** How many files of counters were read. */
  files: number;
}

/** Writes what these folders hold as `go tool covdata textfmt` does, for `go tool cover` and its like. Without any meta data, the file is empty. */
export async function writeGoText(options: GoFolders & { output: string }): Promise<GoWritten> {
  const { counted, problems, files } = await combineFolders(options);
  await writePieces(options.output, counted === undefined ? [] : goText(counted));
  return { problems, files };
}

/** The file is there as a whole or not at all. */
async function writePieces(output: string, pieces: Iterable<Buffer>): Promise<void> {
  const part = `${output}.part`;
  try {
    await makeFolder(path.dirname(output));
    await writeFile(part, pieces);
    await rename(part, output);
  } catch (error) {
    // Why it failed counts more than what could not be removed for it.
    await rm(part, { force: true }).catch(() => undefined);
    throw coverageError({
      code: "COVERAGE_NOT_WRITTEN",
      message: `${output} cannot be written: ${messageOf(error)}`,
      hint: "Name a file in a folder that may be written to.",
      cause: error,
    });
  }
}
