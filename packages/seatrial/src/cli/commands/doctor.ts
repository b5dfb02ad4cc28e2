import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial doctor`: its flags, help and examples. */
export function defineDoctor({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("doctor")
    .description("say what is missing on this machine, and the command that mends it")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", examples("seatrial doctor", "seatrial doctor --json"))
    .action(async (flags) =>
      exit(
        await (await import("../doctor.ts")).doctorCommand({
          surroundings,
          flags: { ...global(), ...flags },
        }),
      ),
    );
}
