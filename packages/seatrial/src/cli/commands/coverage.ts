import type { CommandContext, DefineAction } from "./context.ts";
import { defineCoveragePull } from "./coverage-pull.ts";

/** `seatrial coverage`: its actions each have a file of their own, with their flags, help and examples. */
export function defineCoverage(context: CommandContext): void {
  const coverage = context.program
    .command("coverage")
    .description("bring the coverage of programs that ran elsewhere, and put coverage together");
  for (const define of ACTIONS) define(coverage, context);
}

/** In the order of the help. */
const ACTIONS: readonly DefineAction[] = [defineCoveragePull];
