import { removeOldRuns } from "../report/index.ts";
import { readJournals } from "../run/index.ts";
import { stateFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";

/** Removes the folders of a project's old runs. A failure costs disk space, not the run. */
export async function tidyRuns(options: { surroundings: Surroundings; project: string }): Promise<void> {
  const { surroundings, project } = options;
  const journals = await readJournals(stateFolder(surroundings.environment));
  const alive = new Set(journals.filter((entry) => entry.alive).map((entry) => entry.run));
  await removeOldRuns({ project, alive, now: Date.now() }).catch(() => undefined);
}
