import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withRunFlags } from "./flags.ts";

/** `seatrial test`: its flags, help and examples. */
export function defineTest({ program, surroundings, exit, global }: CommandContext): void {
  withRunFlags(program.command("test"))
    .description("run the suites in images that are built if need be")
    .argument("[suites...]", "the suites (default: all)")
    .addHelpText(
      "after",
      examples(
        "seatrial test unit",
        "seatrial test integration --grep TestCheckout",
        "seatrial test unit --images .seatrial/images.json --shard 2/4",
      ),
    )
    .action(async (suites: string[], flags) =>
      exit(
        await (await import("../run.ts")).runCommand({
          surroundings,
          flags: { ...global(), ...flags, suites },
          what: "test",
        }),
      ),
    );
}
