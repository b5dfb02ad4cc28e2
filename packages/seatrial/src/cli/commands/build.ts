import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withOutputFlags } from "./flags.ts";

/** `seatrial build`: its flags, help and examples. */
export function defineBuild({ program, surroundings, exit, global }: CommandContext): void {
  withOutputFlags(program.command("build"))
    .description("build the release and test images and say who they are")
    .option("--push", "push them as candidates of a release, and list them in .seatrial/images.json")
    .option("--rebuild", "with --push, build although this commit was released already")
    .option("--dry-run", "print the plan and do nothing")
    .addHelpText("after", examples("seatrial build", "seatrial build --push", "seatrial build --json"))
    .action(async (flags) =>
      exit(
        await (await import("../run.ts")).runCommand({
          surroundings,
          flags: { ...global(), ...flags },
          what: "build",
        }),
      ),
    );
}
