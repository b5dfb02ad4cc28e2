import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial exec`: its flags, help and examples. */
export function defineExec({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("exec")
    .description("run a command of this machine with the environment of what is up")
    .argument("<command...>", "the command and its arguments, after --")
    .option("--suite <name>", "add this suite's environment and spaces, at native addresses")
    .option("--up", "start what is not up, as `seatrial up` does")
    .addHelpText(
      "after",
      examples(
        "seatrial exec -- go test ./...",
        "seatrial exec --up --suite integration -- pytest -x tests/integration",
      ),
    )
    .action(async (argv: string[], flags) =>
      exit(
        await (await import("../native/exec.ts")).execCommand({
          surroundings,
          flags: { ...global(), ...flags, argv },
        }),
      ),
    );
}
