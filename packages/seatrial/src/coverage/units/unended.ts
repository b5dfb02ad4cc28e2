import type { Problem } from "../../model/index.ts";
import { type CoverageErrorCode, coverageProblem } from "../errors.ts";
import type { FoundUnit } from "./find-units.ts";

const UNENDED: CoverageErrorCode = "COVERAGE_UNIT_UNENDED";

/** A problem where a unit does not say when its program ended; none where it was merged from one of which that is told. */
export function unended({ folder, manifest }: FoundUnit): Problem[] {
  if (manifest.endedAt !== undefined || manifest.problems.some(({ code }) => code === UNENDED)) return [];
  return [
    coverageProblem({
      code: UNENDED,
      message: `The unit ${folder} does not say that its program ended: it was still running, or what sends its profiles was killed. What it reached since is missing.`,
      hint: "Stop the program with SIGTERM, give it time to end, and pull its unit again.",
    }),
  ];
}
