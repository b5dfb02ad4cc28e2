import type { CommandContext, DefineAction } from "./context.ts";
import { defineCoverageDiff } from "./coverage-diff.ts";
import { defineCoverageMerge } from "./coverage-merge.ts";
import { defineCoveragePull } from "./coverage-pull.ts";
import { defineCoverageReport } from "./coverage-report.ts";
import { examples } from "./examples.ts";

/** `seatrial coverage`: its actions each have a file of their own, with their flags, help and examples. */
export function defineCoverage(context: CommandContext): void {
  const coverage = context.program
    .command("coverage")
    .description("report and judge what tests reached, also of programs that ran elsewhere")
    .addHelpText(
      "after",
      examples(
        "seatrial coverage report                          # of the latest run and of what was pulled",
        "seatrial coverage diff --base origin/main --minimum 90",
        "seatrial coverage pull s3://ci-coverage/orders --run 4711",
      ),
    );
  for (const define of ACTIONS) define(coverage, context);
}

/** In the order of the help. */
const ACTIONS: readonly DefineAction[] = [
  defineCoverageReport,
  defineCoverageDiff,
  defineCoverageMerge,
  defineCoveragePull,
];
