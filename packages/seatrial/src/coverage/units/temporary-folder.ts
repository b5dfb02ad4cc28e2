import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder that is made when it is first asked for, and gone at the end. */
export function temporaryFolder(): { path: () => Promise<string> } & AsyncDisposable {
  let folder: Promise<string> | undefined;
  return {
    path: () => {
      folder ??= mkdtemp(path.join(tmpdir(), "seatrial-coverage-"));
      return folder;
    },
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}
