import type { Problem } from "../../model/index.ts";
import { type CollectOptions, collectUnits } from "./collect-units.ts";
import { type ReadProfile, readSource } from "./read-source.ts";
import { readTogether } from "./read-together.ts";
import type { Readers } from "./readers.ts";
import { type SilentService, silentServices } from "./silent-services.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What there is of one source. */
export interface SourceReading {
  name: string;
  profiles: ReadProfile[];
  /** One for each process that left one, or report. */
  count: number;
  problems: Problem[];
  /** Services of it that should have left profiles and did not, whatever others left. */
  silent: SilentService[];
}

export interface UnitsReading {
  /** By name. One whose units have nothing usable is there too. */
  sources: SourceReading[];
  /** How many units there are, those without a manifest included. */
  units: number;
  /** The commit that they are of, where they are all of one and know it. */
  commit?: string | undefined;
  /** What one report of those of all sources says that are raw, where what each says cannot be added up. */
  together?: ReadProfile | undefined;
  /** What is about no source. */
  problems: Problem[];
}

/**
 * Reads all units below folders and groups them by source. What is broken is left out, and a problem of its source. Fails with
 * COVERAGE_COMMITS_DIFFER where they are of several commits, unless forced.
 */
export async function readUnits(options: CollectOptions & { readers: Readers }): Promise<UnitsReading> {
  const { readers, signal } = options;
  const collected = await collectUnits(options);
  await using temporary = temporaryFolder();
  const sources: SourceReading[] = [];
  for (const { name, units, problems } of collected.sources) {
    const read = await readSource({ units, name, readers, temporary: temporary.path, signal });
    const silent = silentServices(units);
    sources.push({ name, ...read, silent, problems: [...problems, ...read.problems] });
  }
  const together = await readTogether({ ...collected, readers, temporary: temporary.path, signal });
  return { ...collected, sources, together };
}
