import { coverageError } from "../errors.ts";
import { findUnits } from "./find-units.ts";

const SHOWN = 5;

/** Fails with COVERAGE_RUNS_DIFFER where the units below a folder are of several runs: nobody said which of them count. */
export async function checkRuns(folder: string, signal: AbortSignal): Promise<void> {
  const { units } = await findUnits({ folder, seen: new Set(), signal });
  const runs = [...new Set(units.map(({ manifest }) => manifest.run))].sort();
  if (runs.length < 2) return;
  const more = runs.length > SHOWN ? ` and ${runs.length - SHOWN} more` : "";
  throw coverageError({
    code: "COVERAGE_RUNS_DIFFER",
    message: `${folder} has units of ${runs.length} runs: ${runs.slice(0, SHOWN).join(", ")}${more}.`,
    hint: `Name the folders that count, such as ${folder}/${runs.at(-1)}, remove the others, or take all of them with --force.`,
  });
}
