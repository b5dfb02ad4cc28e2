import type { Problem } from "../../../model/index.ts";
import type { Profile } from "../../data.ts";
import { createCombination } from "./combine-programs.ts";
import { goProfile } from "./profile.ts";
import type { CountedProgram } from "./program.ts";
import { type GoFolders, readPrograms } from "./read-programs.ts";

export interface GoReading {
  profile: Profile;
  /** Paths of the modules that the packages are of, in order. */
  modules: string[];
  /** What was left out, and why. */
  problems: Problem[];
  /** How many files of counters were read. */
  files: number;
}

/**
 * What the Go programs whose GOCOVERDIR these folders were reached, all of them taken together. A file that is not sound costs nothing
 * but itself. Paths are as Go names them: import path and file name, mostly.
 */
export async function readGoProfiles(options: GoFolders): Promise<GoReading> {
  const { counted, files, problems } = await combineFolders(options);
  if (counted === undefined) return { profile: { files: [] }, modules: [], problems, files };
  const modules = new Set(
    counted.program.packages.map(({ module }) => module).filter((module) => module !== ""),
  );
  return { profile: goProfile(counted), modules: [...modules].sort(), problems, files };
}

export interface CombinedFolders extends Omit<GoReading, "profile" | "modules"> {
  /** Undefined: no meta data was there that could be read. */
  counted: CountedProgram | undefined;
}

/** All programs of these folders as one. */
export async function combineFolders(options: GoFolders): Promise<CombinedFolders> {
  const combination = createCombination();
  const problems: Problem[] = [];
  let files = 0;
  for await (const each of readPrograms({ ...options, problems })) {
    combination.add(each);
    files += each.files;
  }
  return { counted: combination.result(), files, problems };
}
