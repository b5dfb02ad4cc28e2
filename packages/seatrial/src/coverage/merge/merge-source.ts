import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { combine } from "../combine.ts";
import type { Profile } from "../data.ts";
import { mergeGoProfiles } from "../formats/go/merge-go-profiles.ts";
import { READERS } from "../formats/readers.ts";
import { writeLcov } from "../reports/lcov.ts";
import { goFolders as goFoldersOf } from "../units/go-folders.ts";
import { type ReadProfile, readSource } from "../units/read-source.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import { goTextOf } from "./go-text-of.ts";

export interface MergeSource {
  name: string;
  units: readonly VerifiedUnit[];
  /** Folders of GOCOVERDIR that are in no unit. */
  goFolders: string[];
  /** What is from reports that are in no unit. */
  profiles: ReadProfile[];
}

/**
 * Writes what the units of a source hold into one folder: Go's profiles as they are, all others as one lcov report, whose relative names
 * become those of the image. Gives the folders of Go that it read.
 */
export async function mergeSource(options: {
  source: MergeSource;
  folder: string;
  combineGo: boolean;
  temporary: () => Promise<string>;
  signal: AbortSignal;
}): Promise<{ goFolders: string[]; problems: Problem[] }> {
  const { source, folder, combineGo, temporary, signal } = options;
  const { name } = source;
  const { folders: unitFolders, told } = await goFoldersOf(source.units, temporary);
  const goFolders = [...source.goFolders, ...unitFolders];
  const problems: Problem[] = [];
  if (goFolders.length > 0) {
    const output = path.join(folder, "go");
    const merged = await mergeGoProfiles({ folders: goFolders, told, output, combine: combineGo, signal });
    problems.push(...merged.problems.map((problem) => ({ ...problem, subject: name })));
  }
  const others = source.units.map((unit) => ({
    ...unit,
    files: unit.files.filter((file) => !file.path.startsWith("go/")),
  }));
  const read = await readSource({ name, units: others, readers: READERS, temporary, signal });
  problems.push(...read.problems);
  const profiles = [...read.profiles, ...source.profiles];
  await writeReport(folder, "coverage.info", filesOf(profiles, "files"), (profile) =>
    writeLcov({ coverage: combine([{ name, profiles: [profile] }]) }),
  );
  await writeReport(folder, "coverage.out", filesOf(profiles, "go"), goTextOf);
  return { goFolders, problems };
}

async function writeReport(
  folder: string,
  name: string,
  profile: Profile,
  write: (profile: Profile) => string,
): Promise<void> {
  if (profile.files.length === 0) return;
  await mkdir(path.join(folder, "reports"), { recursive: true });
  await writeFile(path.join(folder, "reports", name), write(profile));
}

/** The files of some profiles; the working directories of units are not the same ones. */
function filesOf(profiles: readonly ReadProfile[], names: ReadProfile["names"]): Profile {
  const files = profiles
    .filter((read) => read.names === names)
    .flatMap(({ profile, workingDir }) =>
      profile.files.map((file) =>
        workingDir === "" || names === "go" || /^([A-Za-z]:)?[\\/]|^file:/.test(file.path)
          ? file
          : { ...file, path: path.posix.join(workingDir, file.path) },
      ),
    );
  return { files };
}
