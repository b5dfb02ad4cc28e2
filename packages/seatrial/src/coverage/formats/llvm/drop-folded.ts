import type { BranchCoverage } from "../../data.ts";

/** One way of a condition, and how wide the condition's text is. */
export interface LlvmArm extends BranchCoverage<number> {
  width: number;
}

/**
 * Leaves out as many ways as LLVM did not count. Since version 20 it leaves out a side that a constant condition cannot take (`while (1)`),
 * and its JSON still lists it, with no hits and no mark. Constants are short: of the ways that were not taken, those of the shortest
 * conditions go. The number is LLVM's own, so the figures are exact; which of them it is, is a guess.
 */
export function dropFolded(arms: readonly LlvmArm[], counted: number | undefined): readonly LlvmArm[] {
  const surplus = counted === undefined ? 0 : arms.length - counted;
  if (surplus <= 0) return arms;
  const isOtherTaken = new Set(arms.filter((arm) => arm.hits > 0).map(keyOf));
  const candidates = arms
    .filter((arm) => arm.hits === 0)
    .sort((a, b) => a.width - b.width || rank(a) - rank(b) || a.line - b.line || a.block - b.block);
  function rank(arm: LlvmArm): number {
    return isOtherTaken.has(keyOf(arm)) ? 0 : 1;
  }
  const dropped = new Set<LlvmArm>();
  const halved = new Set<string>();
  for (const arm of candidates) {
    if (dropped.size === surplus) break;
    // A condition has one side that it cannot take.
    if (halved.has(keyOf(arm))) continue;
    halved.add(keyOf(arm));
    dropped.add(arm);
  }
  return arms.filter((arm) => !dropped.has(arm));
}

function keyOf({ line, block }: LlvmArm): string {
  return `${line}:${block}`;
}
