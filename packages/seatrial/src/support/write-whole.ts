import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "./make-folder.ts";

/** Writes a file whole or not at all, and makes its folder. A write that fails leaves what was there before, and nothing beside it. */
export async function writeWhole(
  file: string,
  content: string,
  options: { /** Default: as the user's umask has it. */ mode?: number | undefined } = {},
): Promise<void> {
  const part = `${file}.part`;
  await makeFolder(path.dirname(file));
  try {
    // One that a write left behind would keep its own mode.
    if (options.mode !== undefined) await rm(part, { force: true });
    await writeFile(part, content, { mode: options.mode ?? 0o666 });
    await rename(part, file);
  } catch (error) {
    // Why it failed counts more than what could not be removed for it.
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
