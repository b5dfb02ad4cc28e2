import { Option } from "commander";
import { COVERAGE_FORMATS } from "../../model/index.ts";
import type { DefineAction } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial coverage report`: its flags, help and examples. */
export const defineCoverageReport: DefineAction = (coverage, { surroundings, exit, global }) => {
  coverage
    .command("report")
    .description("put coverage together, judge it, and write reports")
    .argument(
      "[inputs...]",
      "folders of runs or units, GOCOVERDIR folders, lcov, Cobertura, JaCoCo, coverage.py, llvm-cov or Go files (default: .seatrial/latest and .seatrial/coverage)",
    )
    .addOption(
      new Option("--format <format...>", "what to write: text is printed").choices([...COVERAGE_FORMATS]),
    )
    .option("--into <folder>", "where reports are written (default: one that is a single file is printed)")
    .option("--source <name=input...>", "an input, and the source that it counts for")
    .option(
      "--rules",
      "hold named inputs to the project's rules, as a release does with the runs of all jobs",
    )
    .option("--minimum <percent>", "exit with 1 below this, in total (default: as the project says)")
    .option("--diff <base>", "judge the lines that changed since this git revision")
    .option("--minimum-changed <percent>", "exit with 1 below this, of the changed lines")
    .option(
      "--image <[source=]image...>",
      "an image, or a target, with the tools for Python, LLVM or Java profiles of pulled units, and what ran",
    )
    .option("--force", "put profiles of several commits together")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      examples(
        "seatrial coverage report",
        "seatrial coverage report --format html cobertura --into reports",
        "seatrial coverage report --source unit=unit.out --source api=api/lcov.info --minimum 80",
        "seatrial coverage report --diff origin/main --minimum-changed 90",
        "seatrial coverage report --image orders=registry.example.com/acme/orders:4711-covered",
        "seatrial coverage report .seatrial/runs --rules   # of all jobs of a pipeline",
        "seatrial coverage report .seatrial/latest --format lcov > lcov.info",
      ),
    )
    .action(async (inputs: string[], flags) =>
      exit(
        await (await import("../coverage/report.ts")).coverageReportCommand({
          surroundings,
          flags: { ...global(), ...flags, inputs },
        }),
      ),
    );
};
