import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial down`: its flags, help and examples. */
export function defineDown({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("down")
    .description("end what is up, warm or kept, and remove everything of it")
    .argument("[run]", "which one (default: all of this project)")
    .addHelpText("after", examples("seatrial down", "seatrial down 20250101-120000-abcdef"))
    .action(async (run: string | undefined, flags) =>
      exit(
        await (await import("../down.ts")).downCommand({
          surroundings,
          flags: { ...global(), ...flags, run },
        }),
      ),
    );
}
