import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkFileName, type FilePlace, spaceFolder } from "./place.ts";

/** Files of spaces on this machine, in a private temporary folder that is made when it is first needed and goes when this is closed. */
export function openHostFilePlace(
  options: { folder?: string | undefined } = {},
): FilePlace & AsyncDisposable {
  let home: Promise<string> | undefined;
  return {
    async place(id, files, signal) {
      home ??= mkdtemp(path.join(options.folder ?? tmpdir(), "seatrial-spaces-"));
      const folder = path.join(await home, spaceFolder(id));
      const paths: Record<string, string> = {};
      for (const { name, text } of files) {
        signal.throwIfAborted();
        const file = path.join(folder, checkFileName(name));
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(file, text, { mode: 0o600 });
        paths[name] = file;
      }
      return paths;
    },
    async remove(id) {
      if (home !== undefined)
        await rm(path.join(await home, spaceFolder(id)), { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      if (home !== undefined) await rm(await home, { recursive: true, force: true });
    },
  };
}
