import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { checkCommits } from "./check-commits.ts";
import { findUnits } from "./find-units.ts";
import { type ReadProfile, readSource } from "./read-source.ts";
import type { Readers } from "./readers.ts";
import { sourceOf } from "./source-of.ts";
import { type VerifiedUnit, verifyUnit } from "./verify-unit.ts";

/** What there is of one source. */
export interface SourceReading {
  name: string;
  profiles: ReadProfile[];
  /** One for each process that left one, or report. */
  count: number;
  problems: Problem[];
}

export interface UnitsReading {
  /** By name. One whose units have nothing usable is there too. */
  sources: SourceReading[];
  /** How many units there are, those without a manifest included. */
  units: number;
  /** What is about no source. */
  problems: Problem[];
}

const AT_ONCE = 16;

/**
 * Reads all units below folders and groups them by source. What is broken is left out, and a problem of its source. Fails with
 * COVERAGE_COMMITS_DIFFER where they are of several commits, unless forced.
 */
export async function readUnits(options: {
  folders: readonly string[];
  readers: Readers;
  /** Units of several commits are read all the same. */
  force?: boolean;
  signal: AbortSignal;
}): Promise<UnitsReading> {
  const { folders, readers, signal } = options;
  const found = await findUnits(folders, signal);
  const problems = checkCommits(
    found.units.map(({ manifest }) => manifest),
    options.force === true,
  );
  const verified = await eachOf(found.units, (unit) => verifyUnit(unit, signal));
  const bySource = new Map<string, { units: VerifiedUnit[]; problems: Problem[] }>();
  const of = (name: string) => {
    const known = bySource.get(name) ?? { units: [], problems: [] };
    bySource.set(name, known);
    return known;
  };
  for (const unit of verified) of(sourceOf(unit.manifest)).units.push(unit);
  for (const { service, problem } of found.broken) {
    const name = sourceOf({ service });
    of(name).problems.push({ ...problem, subject: name });
  }
  await using temporary = temporaryFolder();
  const sources: SourceReading[] = [];
  for (const [name, source] of [...bySource].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const read = await readSource({ ...source, name, readers, temporary: temporary.path, signal });
    sources.push({ name, ...read, problems: [...source.problems, ...read.problems] });
  }
  return { sources, units: found.units.length + found.broken.length, problems };
}

async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** A folder that is made when it is first asked for, and gone at the end. */
function temporaryFolder(): { path: () => Promise<string> } & AsyncDisposable {
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
