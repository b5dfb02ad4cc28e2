import path from "node:path";
import type { Problem } from "../../../model/index.ts";
import { writeWhole } from "../../../support/write-whole.ts";
import { coverageProblem } from "../../errors.ts";
import { LEFT_OUT } from "../../units/find-units.ts";
import { writing } from "./fetch-file.ts";
import { folderOf } from "./fetch-unit.ts";
import type { StoredUnit } from "./find-units.ts";

const MOST_TOLD = 5;
const TEXT =
  "This unit had no manifest.json in storage when it was pulled, so that nothing of it was fetched. Reports say so.\n";

/** Marks where a unit would be that is not fetched, so that reports know of it. A unit that is there already stays as it is. */
export async function markLeftOut(unit: StoredUnit, into: string): Promise<void> {
  const file = path.join(folderOf(into, unit), LEFT_OUT);
  await writing(file, () => writeWhole(file, TEXT));
}

/** Says which units have no manifest; undefined where all have one. */
export function withoutManifest(units: readonly StoredUnit[], storage: string): Problem | undefined {
  if (units.length === 0) return undefined;
  const names = units.slice(0, MOST_TOLD).map(({ prefix }) => prefix.slice("run/".length, -1));
  const more = units.length > MOST_TOLD ? ` and ${units.length - MOST_TOLD} more` : "";
  const one = units.length === 1;
  const what = one ? "1 unit has" : `${units.length} units have`;
  const whose = one
    ? "What it reached is missing: its program was"
    : "What they reached is missing: their programs were";
  return coverageProblem({
    code: "COVERAGE_UNIT_INCOMPLETE",
    message: `${storage}: ${what} no manifest: ${names.join(", ")}${more}. ${whose} killed before the wrapper could send one, or ${one ? "has" : "have"} just begun.`,
    hint: "Stop programs gracefully, give them time to end, and pull again.",
  });
}
