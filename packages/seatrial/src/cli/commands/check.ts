import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withOutputFlags } from "./flags.ts";

/** `seatrial check`: its flags, help and examples. */
export function defineCheck({ program, surroundings, exit, global }: CommandContext): void {
  withOutputFlags(program.command("check"))
    .description("check the release image: what its layers hold, and what it does when it is started")
    .option(
      "--image <image...>",
      "check this image in place of a built one: any name or id, also [target=]name",
    )
    .option("--images <file>", "check the images of this file, which `seatrial build --push` wrote")
    .option("--list", "explain each check, and what is asked of it here")
    .option("--dry-run", "print the plan and do nothing")
    .addHelpText(
      "after",
      examples(
        "seatrial check",
        "seatrial check --list",
        "seatrial check --image registry.example.com/acme/orders:1.4.2",
        "seatrial check --images .seatrial/images.json",
      ),
    )
    .action(async (flags) =>
      exit(
        await (await import("../check.ts")).checkCommand({ surroundings, flags: { ...global(), ...flags } }),
      ),
    );
}
