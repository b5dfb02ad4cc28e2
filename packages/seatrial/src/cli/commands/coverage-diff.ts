import type { DefineAction } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial coverage diff`: its flags, help and examples. */
export const defineCoverageDiff: DefineAction = (coverage, { surroundings, exit, global }) => {
  coverage
    .command("diff")
    .description("say which changed lines nothing reached")
    .argument("[inputs...]", "as of `coverage report`")
    .option("--base <revision>", "count changes from where this git revision parted (default: coverage.diff)")
    .option("--source <name=input...>", "an input, and the source that it counts for")
    .option("--minimum <percent>", "exit with 1 below this (default: coverage.minimum.changed)")
    .option(
      "--image <[source=]image...>",
      "an image, or a target, with the tools for Python, LLVM or Java profiles of pulled units, and what ran",
    )
    .option("--force", "put profiles of several commits together")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      examples(
        "seatrial coverage diff --base origin/main",
        "seatrial coverage diff lcov.info --base origin/main --minimum 90",
      ),
    )
    .action(async (inputs: string[], flags) =>
      exit(
        await (await import("../coverage/diff.ts")).coverageDiffCommand({
          surroundings,
          flags: { ...global(), ...flags, inputs },
        }),
      ),
    );
};
