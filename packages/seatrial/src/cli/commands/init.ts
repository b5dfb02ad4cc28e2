import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial init`: its flags, help and examples. */
export function defineInit({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("init")
    .description("look at the project and write seatrial.yaml")
    .option("--dry-run", "print it and write nothing")
    .addHelpText("after", examples("seatrial init", "seatrial init --dry-run"))
    .action(async (flags) =>
      exit(
        await (await import("../init.ts")).initCommand({ surroundings, flags: { ...global(), ...flags } }),
      ),
    );
}
