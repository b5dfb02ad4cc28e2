import { rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { UsageJournal } from "../services/index.ts";
import { makeFolder } from "../support/make-folder.ts";

/** Remembers when snapshots were last used, as times of empty files in a folder. Forgetting it costs nothing but order. */
export function createUsageJournal(folder: string): UsageJournal {
  const fileOf = (key: string) => path.join(folder, key);
  return {
    async touch(key) {
      const now = new Date();
      try {
        await utimes(fileOf(key), now, now);
      } catch {
        // A cache folder that cannot be written must not fail a run.
        await makeFolder(folder)
          .then(() => writeFile(fileOf(key), ""))
          .catch(() => undefined);
      }
    },
    async lastUsed(key) {
      return await stat(fileOf(key)).then(
        (stats) => stats.mtime,
        () => undefined,
      );
    },
    forget: (key) => rm(fileOf(key), { force: true }),
  };
}
