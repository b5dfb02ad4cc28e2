import { Argument } from "commander";
import type { CiFlags } from "../ci.ts";
import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial ci`: its flags, help and examples. */
export function defineCi({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("ci")
    .description("write a pipeline: build once, test the pushed image in parallel jobs, release it")
    .addArgument(new Argument("<system>", "whose pipeline").choices(["gitlab", "github", "jenkins"]))
    .option("-o, --output <file>", "where to write it (default: where the system looks for it)")
    .option("--ci-image <reference>", "the image that the jobs run in (default: what `make ci-image` builds)")
    .option("--dry-run", "print it and write nothing")
    .addHelpText(
      "after",
      examples(
        "seatrial ci gitlab",
        "seatrial ci github --dry-run",
        "seatrial ci jenkins --output ci/Jenkinsfile",
      ),
    )
    .action(async (system: CiFlags["system"], flags) =>
      exit(
        await (await import("../ci.ts")).ciCommand({
          surroundings,
          flags: { ...global(), ...flags, system },
        }),
      ),
    );
}
