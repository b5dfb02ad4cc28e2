import { readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";

/** A `covmeta` file, by its name. */
export interface MetaName {
  folder: string;
  file: string;
  /** What the name says the hash is. */
  tag: string;
}

/** A `covcounters` file, by its name. */
export interface CountersName extends MetaName {
  pid: string;
  /** Nanoseconds since 1970, in decimal digits: too many for a number. */
  time: string;
}

export interface Profiles {
  metas: MetaName[];
  counters: CountersName[];
}

const META = /^covmeta\.(\S+)$/;
const COUNTERS = /^covcounters\.(\S+)\.(\d+)\.(\d+)$/;

/** The profiles in these folders, by the names that Go gives them; folders in them, and what else lies there, do not count. */
export async function findProfiles(folders: readonly string[]): Promise<Profiles> {
  const metas: MetaName[] = [];
  const counters: CountersName[] = [];
  for (const folder of folders) {
    for (const name of (await namesIn(folder)).sort()) {
      const file = path.join(folder, name);
      const [, tag] = META.exec(name) ?? [];
      if (tag !== undefined) metas.push({ folder, file, tag });
      const [, of, pid, time] = COUNTERS.exec(name) ?? [];
      if (of !== undefined && pid !== undefined && time !== undefined)
        counters.push({ folder, file, tag: of, pid, time });
    }
  }
  return { metas, counters };
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw coverageError({
      code: "COVERAGE_PROFILE_UNREADABLE",
      message: `${folder} cannot be read: ${messageOf(error)}`,
      hint: "Name a folder that GOCOVERDIR named when the program ran, or the go folder of a unit.",
      cause: error,
    });
  });
  return entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
}

/** From the oldest to the newest. */
export function byTime(one: CountersName, other: CountersName): number {
  const [a, b] = [one.time, other.time].map((time) => BigInt(time));
  return a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;
}
