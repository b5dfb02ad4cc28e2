import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "./make-folder.ts";

export interface WriteWholeOptions {
  /** Default: as the user's umask has it. */
  mode?: number | undefined;
  /** Other processes may write it at the same time: the last one counts. */
  shared?: boolean | undefined;
}

/** Writes a file whole or not at all, and makes its folder. A write that fails leaves what was there before, and nothing beside it. */
export async function writeWhole(
  file: string,
  content: string,
  options: WriteWholeOptions = {},
): Promise<void> {
  const part = options.shared === true ? `${file}.${randomUUID()}.part` : `${file}.part`;
  await makeFolder(path.dirname(file));
  try {
    await writeFile(part, content, { mode: options.mode ?? 0o666 });
    await rename(part, file);
  } catch (error) {
    // Why it failed counts more than what could not be removed for it.
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
