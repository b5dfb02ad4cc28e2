import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { coverageError } from "../errors.ts";

/** Something that coverage is read from: units, a run's folder, a folder of Go's, or a report. */
export interface Input {
  path: string;
  /** What it counts for. Default: units say so themselves; else the name of the file or folder. */
  source?: string | undefined;
}

/** Inputs by what they are. */
export interface SortedInputs {
  /** Folders with units below, by the source that they all count for, if one is named. */
  units: { folder: string; source: string | undefined }[];
  /** GOCOVERDIR folders. */
  go: { folder: string; source: string }[];
  reports: { file: string; source: string }[];
}

/** Looks at what inputs are. Fails with COVERAGE_NOT_FOUND where one is not there. */
export async function sortInputs(inputs: readonly Input[]): Promise<SortedInputs> {
  const sorted: SortedInputs = { units: [], go: [], reports: [] };
  for (const input of inputs) {
    const place = path.resolve(input.path);
    const details = await stat(place).catch((cause: unknown) => {
      throw coverageError({
        code: "COVERAGE_NOT_FOUND",
        message: `There is no ${input.path} to read coverage from.`,
        hint: "Name folders of units or runs, GOCOVERDIR folders, or reports such as lcov.info.",
        cause,
      });
    });
    const source = input.source ?? path.parse(place).name;
    if (!details.isDirectory()) sorted.reports.push({ file: place, source });
    else if (await isGoFolder(place)) sorted.go.push({ folder: place, source });
    else sorted.units.push({ folder: await unitsOf(place), source: input.source });
  }
  return sorted;
}

/** In a run's folder there is more than units. */
async function unitsOf(folder: string): Promise<string> {
  const isRun = (await stat(path.join(folder, "events.ndjson")).catch(() => undefined)) !== undefined;
  const units = path.join(folder, "coverage", "units");
  const details = await stat(units).catch(() => undefined);
  return isRun || details?.isDirectory() === true ? units : folder;
}

async function isGoFolder(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => /^cov(meta|counters)\./.test(name));
}
