import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/** Where readings of layers are kept, below this user's cache. */
export function readingsFolder(cacheFolder: string): string {
  return path.join(cacheFolder, "check");
}

/** What is kept of layers that were read: how many readings, and their bytes. Undefined when there are none. */
export async function listReadings(
  cacheFolder: string,
): Promise<{ count: number; size: number } | undefined> {
  const folder = readingsFolder(cacheFolder);
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(path.join(folder, name)).catch(() => undefined))?.size ?? 0),
  );
  const count = names.filter((name) => /\.v\d+$/.test(name)).length;
  return count === 0 ? undefined : { count, size: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Forgets them all, with the key of this machine. The next check reads every layer again. */
export async function removeReadings(cacheFolder: string): Promise<void> {
  await rm(readingsFolder(cacheFolder), { recursive: true, force: true });
}
