import { lstat, readdir } from "node:fs/promises";
import path from "node:path";

export interface Measure {
  files: number;
  bytes: number;
  /** Counting ended here, because one of the limits was passed. */
  exceeded: boolean;
  /** A socket, pipe or device that was found. */
  special?: string | undefined;
}

export interface MeasureLimits {
  files: number;
  bytes: number;
}

/** Counts what is under a path, links as themselves, and stops as soon as a limit is passed. Fails with the system's error. */
export async function measure(source: string, limits: MeasureLimits): Promise<Measure> {
  const total: Measure = { files: 0, bytes: 0, exceeded: false };
  await count(source, limits, total);
  return total;
}

async function count(source: string, limits: MeasureLimits, total: Measure): Promise<void> {
  const stats = await lstat(source);
  total.files += 1;
  if (stats.isFile()) total.bytes += stats.size;
  else if (!stats.isDirectory() && !stats.isSymbolicLink()) total.special ??= source;
  total.exceeded = total.files > limits.files || total.bytes > limits.bytes;
  if (!stats.isDirectory()) return;
  for (const entry of await readdir(source)) {
    if (total.exceeded || total.special !== undefined) return;
    await count(path.join(source, entry), limits, total);
  }
}
