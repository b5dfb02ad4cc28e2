import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withRunFlags } from "./flags.ts";

/** `seatrial run`: its flags, help and examples. */
export function defineRun({ program, surroundings, exit, global }: CommandContext): void {
  withRunFlags(program.command("run"))
    .description("build the images and run the suites: the whole chain")
    .addHelpText(
      "after",
      examples(
        "seatrial run",
        "seatrial run --only unit",
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
