import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial shell`: its flags, help and examples. */
export function defineShell({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("shell")
    .description("open a shell in the test image beside its services")
    .argument("[suite]", "whose image, services and environment (default: the first with services)")
    .option("--run <id>", "enter a kept run in place of starting services")
    .option("--fresh", "ignore snapshots")
    .option(
      "--command <words>",
      "what to run, split into words but not by a shell (default: the image's shell)",
    )
    .addHelpText(
      "after",
      examples(
        "seatrial shell integration",
        "seatrial shell integration --command \"sh -c 'env | sort'\"",
        "seatrial shell --run 20250101-120000-abcdef",
      ),
    )
    .action(async (suite: string | undefined, flags) =>
      exit(
        await (await import("../shell.ts")).shellCommand({
          surroundings,
          flags: { ...global(), ...flags, suite },
        }),
      ),
    );
}
