import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withRunFlags } from "./flags.ts";

/** `seatrial test`: its flags, help and examples. */
export function defineTest({ program, surroundings, argv, exit, global }: CommandContext): void {
  withRunFlags(program.command("test"))
    .description("run the suites in images that are built if need be")
    .argument("[suites...]", "the suites (default: all)")
    .option("--no-coverage", "collect no coverage, whatever the configuration says")
    .option("--warm [time]", "keep services for the next run for this long (default: 5m); not in CI")
    .addHelpText(
      "after",
      examples(
        "seatrial test unit",
        "seatrial test integration --grep TestCheckout",
        "seatrial test integration --warm=10m   # the next run finds its services ready",
        "seatrial test unit --images .seatrial/images.json --shard 2/4",
      ),
    )
    .action(async (suites: string[], flags) => {
      // Loading it takes as long as asking the engine does.
      const warm =
        flags.warm === undefined
          ? { suites }
          : (await import("../native/warm-flag.ts")).readWarm({ argv, warm: flags.warm, suites });
      const { runCommand } = await import("../run.ts");
      exit(await runCommand({ surroundings, flags: { ...global(), ...flags, ...warm }, what: "test" }));
    });
}
