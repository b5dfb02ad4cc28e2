import { Option } from "commander";
import { ENV_FORMATS } from "../native/env-format.ts";
import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial up`: its flags, help and examples. */
export function defineUp({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("up")
    .description("start services in the background for programs of this machine, and print where they are")
    .argument("[services...]", "which ones, with what they depend on (default: all that suites need)")
    .addOption(
      new Option("--format <format>", "how the variables are printed").choices(ENV_FORMATS).default("shell"),
    )
    // Not `--env-file`: Node 20 takes that for its own option, wherever it stands.
    .option("--env-out <file>", "where the variables are until `down`, too (default: .seatrial/up.env)")
    .option("--for <time>", "how long they stay without being used by `exec`", "8h")
    .option("--fresh", "end what is up, and start anew without snapshots")
    .option("--quiet", "print failures and the variables only")
    .addHelpText(
      "after",
      examples(
        'eval "$(seatrial up)"',
        "seatrial up postgres --for 30m",
        "seatrial up --format json | jq .POSTGRES_URL",
      ),
    )
    .action(async (services: string[], flags) =>
      exit(
        await (await import("../native/up.ts")).upCommand({
          surroundings,
          flags: { ...global(), ...flags, services },
        }),
      ),
    );
}
