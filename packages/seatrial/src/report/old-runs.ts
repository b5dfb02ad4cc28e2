import { readdir, readlink, rm, stat } from "node:fs/promises";
import path from "node:path";

/** How many runs of a project keep their folders. */
export const KEPT_RUNS = 20;

const HOUR = 60 * 60_000;
/** Somebody may still be inside a run that has ended, or be reading what it left. */
const FINISHED_FOR = HOUR;
/** A run without an outcome is still going on, perhaps on another machine that shares the folder, or it was killed. */
const SILENT_FOR = 24 * HOUR;

const RUN_ID = /^\d{8}-\d{6}-[a-z0-9]{6}$/;

/** Whether a run's folder could have this name. */
export function isRunId(name: string): boolean {
  return RUN_ID.test(name);
}

/**
 * Removes the folders of a project's old runs and returns their ids: all but the newest 20, whatever became of them. Never removed are the
 * latest one, those in `alive`, those that ended within the last hour, those that did not end and were written to within the last day,
 * and folders that are not named as runs are.
 */
export async function removeOldRuns(options: {
  project: string;
  /** The ids of runs whose owners live. */
  alive: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  now: number;
}): Promise<string[]> {
  const { project, alive, now } = options;
  const home = path.join(project, ".seatrial");
  const runs = path.join(home, "runs");
  const latest = await readlink(path.join(home, "latest")).then(path.basename, () => "");
  const entries = await readdir(runs, { withFileTypes: true });
  // Ids begin with the time of the run's start.
  const ids = entries.flatMap((entry) => (entry.isDirectory() && isRunId(entry.name) ? [entry.name] : []));
  const old = ids.sort().slice(0, -KEPT_RUNS);
  const removed: string[] = [];
  for (const id of old) {
    const folder = path.join(runs, id);
    if (id === latest || alive.has(id) || !(await isOver({ folder, now }))) continue;
    await rm(folder, { recursive: true, force: true });
    removed.push(id);
  }
  return removed;
}

async function isOver({ folder, now }: { folder: string; now: number }): Promise<boolean> {
  const outcome = await writtenAt(path.join(folder, "outcome.json"));
  if (outcome !== undefined) return now - outcome > FINISHED_FOR;
  const written = await Promise.all(
    ["events.ndjson", "logs", "."].map((name) => writtenAt(path.join(folder, name))),
  );
  return now - Math.max(...written.map((at) => at ?? 0)) > SILENT_FOR;
}

async function writtenAt(file: string): Promise<number | undefined> {
  return await stat(file).then(
    (stats) => stats.mtimeMs,
    () => undefined,
  );
}
