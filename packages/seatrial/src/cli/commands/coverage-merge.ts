import type { DefineAction } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial coverage merge`: its flags, help and examples. */
export const defineCoverageMerge: DefineAction = (coverage, { surroundings, exit, global }) => {
  coverage
    .command("merge")
    .description("put all units and reports of each source into one folder")
    .argument("[inputs...]", "as of `coverage report`")
    .requiredOption("--into <folder>", "where the new units are put")
    .option("--source <name=input...>", "an input, and the source that it counts for")
    .option("--go-text <file>", "also write all of Go's profiles as text, for `go tool cover`")
    .option("--combine", "make one program of all Go programs of a source, as `covdata merge -pcombine` does")
    .option(
      "--image <[source=]image...>",
      "an image, or a target, with the tools for Python, LLVM or Java profiles of pulled units, and what ran",
    )
    .option("--force", "put profiles of several commits together")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      examples(
        "seatrial coverage merge --into merged",
        "seatrial coverage merge --into merged --image orders=tools   # a target of the project",
        "seatrial coverage merge .seatrial/coverage/4711 --into merged --go-text cover.out",
      ),
    )
    .action(async (inputs: string[], flags) =>
      exit(
        await (await import("../coverage/merge.ts")).coverageMergeCommand({
          surroundings,
          flags: { ...global(), ...flags, inputs },
        }),
      ),
    );
};
