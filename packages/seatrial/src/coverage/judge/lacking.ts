import type { CoverageCount } from "../../model/index.ts";

/** Percents are read to six decimals. */
const SCALE = 1_000_000;

/** How many more must be covered for a percentage, counted exactly; 0 where it is reached. */
export function lacking({ covered, total }: CoverageCount, percent: number): number {
  const wanted = BigInt(Math.round(percent * SCALE)) * BigInt(total);
  const whole = BigInt(100 * SCALE);
  const needed = (wanted + whole - 1n) / whole;
  return Math.max(0, Number(needed - BigInt(covered)));
}
