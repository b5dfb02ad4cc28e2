import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial gc`: its flags, help and examples. */
export function defineGc({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("gc")
    .description("remove what dead runs left, agents of other versions, and snapshots above their limit")
    .option("--list", "show leftovers and caches and remove nothing")
    .option("--all", "remove all caches that nothing uses: snapshots, agents, networks")
    .option("--max-size <size>", "keep snapshots up to this size, without the images below them", "5GB")
    .option("--json", "print as JSON")
    .addHelpText("after", examples("seatrial gc --list", "seatrial gc --max-size 1GB"))
    .action(async (flags) =>
      exit(await (await import("../gc.ts")).gcCommand({ surroundings, flags: { ...global(), ...flags } })),
    );
}
