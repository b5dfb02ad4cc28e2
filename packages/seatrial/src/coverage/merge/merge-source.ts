import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { mergeGoProfiles } from "../formats/go/merge-go-profiles.ts";
import { goFolders as goFoldersOf } from "../units/go-folders.ts";
import type { ReadProfile } from "../units/read-source.ts";
import { unended } from "../units/unended.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import { carryUnit } from "./carry-unit.ts";
import { completeUnit } from "./complete-unit.ts";
import { copyReports } from "./copy-reports.ts";
import type { MergedIdentity } from "./merged-identity.ts";

export interface MergeSource {
  name: string;
  units: readonly VerifiedUnit[];
  /** Folders of GOCOVERDIR that are in no unit. */
  goFolders: string[];
  /** Reports that are in no unit. */
  reports: { file: string; read: ReadProfile }[];
  /** What kept other units from being among them. */
  problems: readonly Problem[];
}

interface MergeSourceOptions {
  source: MergeSource;
  /** Where its units are put: `1` and so on. */
  folder: string;
  identity: MergedIdentity;
  combineGo: boolean;
  time: number;
  temporary: () => Promise<string>;
  signal: AbortSignal;
}

/**
 * Writes what there is of a source into one folder, so that a report says the same of it: one unit with Go's profiles made one and the
 * reports that were in no unit, and each unit's other profiles as they are, since adding those up takes away from what they tell. Gives
 * the folders of Go that it read.
 */
export async function mergeSource(
  options: MergeSourceOptions,
): Promise<{ goFolders: string[]; files: number; problems: Problem[] }> {
  const { source, folder, signal } = options;
  const carried = source.units.filter(({ files }) => files.some((file) => !isOfGo(file)));
  // Those that have nothing else, and those that only say why they have nothing.
  const merged = source.units.filter(({ files }) => files.every(isOfGo) || files.some(isOfGo));
  const { folders, told } = await goFoldersOf(source.units, options.temporary);
  const goFolders = [...source.goFolders, ...folders];
  const problems = [...source.problems, ...merged.flatMap(problemsOf)];
  const isNeeded = merged.length + goFolders.length + source.reports.length + source.problems.length > 0;
  let files = 0;
  let boot = 0;
  if (isNeeded || carried.length === 0) {
    boot += 1;
    const place = path.join(folder, String(boot));
    if (goFolders.length > 0) {
      const output = path.join(place, "go");
      const made = await mergeGoProfiles({
        folders: goFolders,
        told,
        output,
        combine: options.combineGo,
        signal,
      });
      problems.push(...made.problems.map((problem) => ({ ...problem, subject: source.name })));
    }
    await copyReports(source.reports, place);
    const manifests = merged.map((unit) => unit.manifest);
    files += await completeUnit({ ...options, manifests, folder: place, boot, problems: unique(problems) });
  }
  for (const unit of carried) {
    signal.throwIfAborted();
    boot += 1;
    const own = await carryUnit({
      ...options,
      unit: { ...unit, files: unit.files.filter((file) => !isOfGo(file)) },
      folder: path.join(folder, String(boot)),
      boot,
      problems: problemsOf(unit),
    });
    files += own.files;
    problems.push(...own.problems);
  }
  return { goFolders, files, problems: unique(problems) };
}

function isOfGo(file: { path: string }): boolean {
  return file.path.startsWith("go/");
}

function problemsOf(unit: VerifiedUnit): Problem[] {
  return [...unit.manifest.problems, ...unended(unit), ...unit.problems];
}

/** Units of one program have much in common. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()];
}
