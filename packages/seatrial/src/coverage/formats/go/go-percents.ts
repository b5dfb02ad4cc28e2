import type { Problem } from "../../../model/index.ts";
import { countPercents, type GoPercents } from "./percents.ts";
import { combineFolders } from "./read-go-profiles.ts";
import type { GoFolders } from "./read-programs.ts";

/** The figures of `go tool covdata percent` and `func` for these folders, with what was left out. */
export async function goPercents(
  options: GoFolders,
): Promise<GoPercents & { problems: Problem[]; files: number }> {
  const { counted, problems, files } = await combineFolders(options);
  const none: GoPercents = { total: { covered: 0, total: 0 }, packages: [], functions: [] };
  return { ...(counted === undefined ? none : countPercents(counted)), problems, files };
}
