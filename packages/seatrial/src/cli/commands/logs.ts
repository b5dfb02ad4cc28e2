import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial logs`: its flags, help and examples. */
export function defineLogs({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("logs")
    .description("print logs of the latest run, or of another one")
    .argument("[names...]", "services or suites (default: all)")
    .option("--run <id>", "which run (default: the latest)")
    .option("-n, --lines <count>", "only the last lines of each")
    .addHelpText("after", examples("seatrial logs postgres", "seatrial logs --lines 20"))
    .action(async (names: string[], flags) =>
      exit(
        await (await import("../logs.ts")).logsCommand({
          surroundings,
          flags: { ...global(), ...flags, names },
        }),
      ),
    );
}
