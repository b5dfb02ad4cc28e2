import path from "node:path";
import type { CoverageErrorCode } from "../errors.ts";
import { readableFolder, type VerifiedUnit } from "./verify-unit.ts";

const NOT_FLUSHED: CoverageErrorCode = "COVERAGE_NOT_FLUSHED";

/**
 * The folders of Go in units. `told`: those whose manifest says that a program wrote no counters: whoever wrote it saw how the program
 * ended, and says it better than a reader of the folder can.
 */
export async function goFolders(
  units: readonly VerifiedUnit[],
  temporary: () => Promise<string>,
): Promise<{ folders: string[]; told: Set<string> }> {
  const folders: string[] = [];
  const told = new Set<string>();
  for (const unit of units) {
    if (unit.files.every((file) => !file.path.startsWith("go/"))) continue;
    const folder = path.join(await readableFolder(unit, temporary), "go");
    folders.push(folder);
    if (unit.manifest.problems.some(({ code }) => code === NOT_FLUSHED)) told.add(folder);
  }
  return { folders, told };
}
