import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial completion`: its flags, help and examples. */
export function defineCompletion({ program, surroundings, exit }: CommandContext): void {
  program
    .command("completion")
    .description("print a completion script for your shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", examples("source <(seatrial completion bash)", "seatrial completion fish | source"))
    .action(async (shell: string) =>
      exit((await import("../completion.ts")).completionCommand({ surroundings, shell })),
    );
}
