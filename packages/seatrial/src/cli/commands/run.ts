import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withRunFlags } from "./flags.ts";

/** `seatrial run`: its flags, help and examples. */
export function defineRun({ program, surroundings, exit, global }: CommandContext): void {
  withRunFlags(program.command("run"))
    .description("build, test, check and release: the whole chain")
    .option("--no-coverage", "collect no coverage, whatever the configuration says")
    .option("--no-release", "stop before the release")
    .option("--allow-dirty", "release although the git tree has changes")
    .option("--allow-sibling", "release although no suite speaks for the release image")
    .option("--allow-backwards", "move floating tags also to an image of an older commit or another branch")
    .addHelpText(
      "after",
      examples(
        "seatrial run",
        "seatrial run --no-release",
        "seatrial run --only unit   # a part of the suites is never released",
        "seatrial run --keep   # keep a failed run's services",
      ),
    )
    .action(async (flags) =>
      exit(
        await (await import("../run.ts")).runCommand({
          surroundings,
          flags: { ...global(), ...flags },
          what: "run",
        }),
      ),
    );
}
