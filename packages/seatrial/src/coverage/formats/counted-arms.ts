import type { FileBuilder } from "./profile-builder.ts";

export interface CountedArms {
  line: number;
  block: number;
  covered: number;
  total: number;
}

const ALWAYS_ALLOWED = 10_000;
/** A line that has branches takes more characters than this to say how many, in every report that a tool wrote. */
const CHARACTERS_PER_ARM = 4;

/**
 * Adds the branches of reports that count a line's ways without telling which were taken: the first ones are. What several sources took
 * of one line is therefore the most that one of them took. False when a report of this length cannot have so many.
 */
export function createArmCounter(reportLength: number): (file: FileBuilder, arms: CountedArms) => boolean {
  let left = ALWAYS_ALLOWED + reportLength / CHARACTERS_PER_ARM;
  return (file, { line, block, covered, total }) => {
    left -= total;
    if (left < 0) return false;
    for (let arm = 0; arm < total; arm += 1) file.branch({ line, block, arm, hits: arm < covered ? 1 : 0 });
    return true;
  };
}
