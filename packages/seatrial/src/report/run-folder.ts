import { rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../support/make-folder.ts";
import { writeWhole } from "../support/write-whole.ts";
import { resultsNotWritable } from "./errors.ts";

/** `.seatrial/runs/<id>`: everything that a run leaves behind. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file whole or not at all. */
  write(name: string, content: string): Promise<void>;
  /** Makes `.seatrial/latest` point here. */
  makeLatest(): Promise<void>;
  /** Removes it with all that is in it. Never rejects: what cannot be removed is removed with other old runs. */
  remove(): Promise<void>;
}

/** Makes the folder of a run. Fails with RESULTS_NOT_WRITABLE before anything else of the run has begun. */
export async function createRunFolder(options: { project: string; run: string }): Promise<RunFolder> {
  const home = path.join(options.project, ".seatrial");
  const folder = path.join(home, "runs", options.run);
  await attempt(folder, async () => {
    await makeFolder(path.join(folder, "logs"));
    // Results are never part of a commit or of a build context that honours ignore files.
    await writeFile(path.join(home, ".gitignore"), "*\n");
  });
  return {
    path: folder,
    write: (name, content) =>
      attempt(path.join(folder, name), () => writeWhole(path.join(folder, name), content)),
    makeLatest: () =>
      attempt(path.join(home, "latest"), async () => {
        const link = path.join(home, `.latest-${options.run}`);
        await rm(link, { force: true });
        await symlink(path.join("runs", options.run), link);
        await rename(link, path.join(home, "latest"));
      }),
    remove: () => rm(folder, { recursive: true, force: true }).catch(() => undefined),
  };
}

async function attempt(place: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw resultsNotWritable(place, error);
  }
}
