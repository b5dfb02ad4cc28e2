import { Argument } from "commander";
import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial key`: its flags, help and examples. */
export function defineKey({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("key")
    .description("make a pair of keys: the private one signs attestations, the public one verifies them")
    .addArgument(new Argument("<action>", "new: make them").choices(["new"]))
    .option("--out <file>", "the private key; the public one goes beside it, as .pub", "seatrial.key")
    .option("--no-passphrase", "do not encrypt the private key")
    .addHelpText(
      "after",
      examples(
        "seatrial key new                      # asks for a passphrase, or takes SEATRIAL_KEY_PASSPHRASE",
        "seatrial key new --out ~/keys/orders.key",
      ),
    )
    .action(async (_action: "new", flags) =>
      exit(
        await (await import("../key.ts")).keyNewCommand({ surroundings, flags: { ...global(), ...flags } }),
      ),
    );
}
