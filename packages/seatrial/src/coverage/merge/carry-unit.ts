import { constants, copyFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { makeFolder } from "../../support/make-folder.ts";
import { problemOf } from "../../support/problem.ts";
import { exportedLanguages, hasOwnExport, keepExport } from "../units/unit-exports.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import { writeUnit } from "../units/write-unit.ts";
import type { MergedIdentity } from "./merged-identity.ts";

/** Writes the unit anew, with its files as they are and what tools made of them. Fails as the file system does. */
export async function carryUnit(options: {
  unit: VerifiedUnit;
  folder: string;
  identity: MergedIdentity;
  boot: number;
  problems: readonly Problem[];
}): Promise<{ files: number; problems: Problem[] }> {
  const { unit, folder, identity, boot } = options;
  const { files, manifest } = unit;
  for (const file of files) {
    const place = path.join(folder, file.path);
    await makeFolder(path.dirname(place));
    await copyFile(path.join(unit.folder, file.path), place, constants.COPYFILE_EXCL);
  }
  const problems = [...options.problems, ...(await keepExports({ folder, files }, unit))];
  await writeUnit(folder, { ...manifest, ...identity, boot: String(boot), files, problems });
  return { files: files.length, problems };
}

/** What tools made later lies beside the unit's own files. */
async function keepExports(
  to: Pick<VerifiedUnit, "folder" | "files">,
  unit: VerifiedUnit,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const language of exportedLanguages()) {
    const exported = hasOwnExport(unit, language) ? undefined : unit.exports.get(language);
    if (exported === undefined) continue;
    try {
      await keepExport(to, language, await exported());
    } catch (error) {
      if (!isToolError(error)) throw error;
      problems.push(problemOf(error, unit.manifest.source));
    }
  }
  return problems;
}
