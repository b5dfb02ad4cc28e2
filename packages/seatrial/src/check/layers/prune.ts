import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/** Removes the files of a folder that were not used for the longest time, until the others are small enough together. */
export async function pruneFolder(
  folder: string,
  options: { largest: number; keep: readonly string[] },
): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !options.keep.includes(name));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      // Another run may have removed it by now.
      const found = await stat(file).catch(() => undefined);
      return { file, size: found?.size ?? 0, used: found?.mtimeMs ?? 0 };
    }),
  );
  files.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { file, size } of files) {
    total += size;
    if (total > options.largest) await rm(file, { force: true }).catch(() => undefined);
  }
}
